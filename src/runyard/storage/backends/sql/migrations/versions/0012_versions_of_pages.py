"""what tells whether a page of summaries has changed, and a narrow index of the runs that are neither archived nor in the bin"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ACTIVE = sa.text("archived_at IS NULL AND deleted_at IS NULL")


def upgrade() -> None:
    """Make the table, with a row for each page that there is, and the index."""
    op.create_table(
        "summary_page_version",
        sa.Column("page", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_summary_page_version")),
    )
    op.execute("INSERT INTO summary_page_version (page, version) SELECT DISTINCT page, 1 FROM summary_page")
    columns = ["workspace_pk", "created_at", "pk", "parent_pk", "experiment_pk", "archived_at", "deleted_at"]
    op.create_index("ix_run_active", "run", columns, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
