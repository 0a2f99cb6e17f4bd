"""registered environments, and the nodes of distributed runs"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "environment",
        sa.Column("workspace_pk", _key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_pk"], ["workspace.pk"], name=op.f("fk_environment_workspace_pk")),
        sa.PrimaryKeyConstraint("workspace_pk", "name", "version", name=op.f("pk_environment")),
    )
    op.create_table(
        "environment_label",
        sa.Column("workspace_pk", _key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_pk"], ["workspace.pk"], name=op.f("fk_environment_label_workspace_pk")),
        sa.PrimaryKeyConstraint("workspace_pk", "name", "label", name=op.f("pk_environment_label")),
    )
    op.create_table(
        "run_node",
        sa.Column("run_pk", _key(), nullable=False),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name=op.f("fk_run_node_run_pk")),
        sa.PrimaryKeyConstraint("run_pk", "node", name=op.f("pk_run_node")),
    )
