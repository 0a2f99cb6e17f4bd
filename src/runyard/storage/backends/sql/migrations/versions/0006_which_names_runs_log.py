"""an index from a set of metric names to the runs that log it"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_run_summary_keyset"), "run_summary", ["keyset_id", "run_pk"])
