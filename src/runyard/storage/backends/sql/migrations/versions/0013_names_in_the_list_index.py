"""the names of runs in the index that lists are filtered by, on SQLite: to filter or order by them reads no row any more"""

from alembic import op

revision = "0013"
down_revision = "0012"

_LISTED = [
    "workspace_pk",
    "created_at",
    "pk",
    "id",
    "parent_pk",
    "experiment_pk",
    "status",
    "archived_at",
    "deleted_at",
    "started_at",
    "ended_at",
    "number",
    "child_count",
    "target",
    "submitted_by",
    "type",
    "display_name",
]


def upgrade() -> None:
    """Make the index anew: 0.3 s of processor time with 100,000 runs. PostgreSQL takes no row of 4 kB into an index."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_run_listed", "run")
        op.create_index("ix_run_listed", "run", _LISTED)
