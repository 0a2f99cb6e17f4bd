"""colours of runs, the view that an experiment opens with, what short addresses stand for"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("run", sa.Column("colour", sa.String()))
    op.add_column("experiment", sa.Column("default_view_id", sa.String()))
    op.create_table(
        "short_state",
        sa.Column("workspace_pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_pk"], ["workspace.pk"], name=op.f("fk_short_state_workspace_pk")),
        sa.PrimaryKeyConstraint("workspace_pk", "hash", name=op.f("pk_short_state")),
    )
