"""counts of runs, kept by triggers: a list says how many there are, and to count all takes longer than to show a page"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_CHANGE = """
INSERT INTO run_count (experiment_pk, view, is_child, runs)
VALUES ({row}.experiment_pk, {view}, CASE WHEN {row}.parent_pk IS NULL THEN 0 ELSE 1 END, {by})
ON CONFLICT (experiment_pk, view, is_child) DO UPDATE SET runs = run_count.runs + excluded.runs;
"""
_VIEW = "CASE WHEN {row}deleted_at IS NOT NULL THEN 2 WHEN {row}archived_at IS NOT NULL THEN 1 ELSE 0 END"
_COLUMNS = "experiment_pk, parent_pk, archived_at, deleted_at"


def upgrade() -> None:
    """Make the table, count what is there, and have every change of a run change the counts in the same transaction."""
    connection = op.get_bind()
    op.create_table(
        "run_count",
        sa.Column("experiment_pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("view", sa.Integer(), nullable=False),
        sa.Column("is_child", sa.Integer(), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("experiment_pk", "view", "is_child", name=op.f("pk_run_count")),
        sqlite_with_rowid=False,
    )
    view = _VIEW.format(row="")
    connection.exec_driver_sql(
        "INSERT INTO run_count (experiment_pk, view, is_child, runs)"
        f" SELECT experiment_pk, {view}, CASE WHEN parent_pk IS NULL THEN 0 ELSE 1 END, count(*) FROM run GROUP BY 1, 2, 3"
    )
    less, more = _change("OLD", -1), _change("NEW", 1)
    for event, body in (("INSERT", more), ("DELETE", less), (f"UPDATE OF {_COLUMNS}", less + more)):
        name = f"run_count_{event.split()[0].lower()}"
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} ON run FOR EACH ROW BEGIN {body} END")
        else:
            connection.exec_driver_sql(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
            )
            connection.exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} ON run FOR EACH ROW EXECUTE FUNCTION {name}()")


def _change(row: str, by: int) -> str:
    return _CHANGE.format(row=row, view=_VIEW.format(row=f"{row}."), by=by)
