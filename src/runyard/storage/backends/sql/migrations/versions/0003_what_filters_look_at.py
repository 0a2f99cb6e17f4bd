"""what filters look at: labels with numbers, searched texts, the bin; events with authors; saved views"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from runyard.domain.parameter import run_parameters
from runyard.domain.run_text import searched_text
from runyard.storage.backends.sql.run_label import PARAMETER, label_rows

revision = "0003"
down_revision = "0002"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 500


def upgrade() -> None:
    _add_columns()
    _create_tables()
    connection = op.get_bind()
    _copy_labels(connection)
    _fill_search(connection)


def _add_columns() -> None:
    op.add_column("run", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("deleted_by", sa.String(), nullable=True))
    op.add_column("experiment", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    op.add_column("run_event", sa.Column("kind", sa.String(), server_default="status", nullable=False))
    op.add_column("run_event", sa.Column("author", sa.String(), nullable=True))
    op.add_column("run_event", sa.Column("detail", sa.Text(), nullable=True))
    op.drop_index("ix_run_recent", table_name="run")
    listed = ["workspace_pk", "created_at", "pk", "id", "parent_pk", "experiment_pk", "status", "archived_at", "deleted_at"]
    listed += ["started_at", "ended_at", "number", "child_count", "target", "submitted_by", "type"]
    op.create_index("ix_run_listed", "run", listed)
    op.create_index("ix_run_snapshot", "run", ["workspace_pk", "snapshot_id"])
    op.create_index("ix_artifact_location", "artifact", ["location"])


def _create_tables() -> None:
    op.drop_index("ix_run_label_lookup", table_name="run_label")
    op.rename_table("run_label", "old_run_label")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE old_run_label RENAME CONSTRAINT pk_run_label TO pk_old_run_label")
    op.create_table(
        "run_label",
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("head", sa.String(length=100), nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name=op.f("fk_run_label_run_pk")),
        sa.PrimaryKeyConstraint("run_pk", "kind", "key", name=op.f("pk_run_label")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_search",
        sa.Column("run_pk", _KEY, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name=op.f("fk_run_search_run_pk")),
        sa.PrimaryKeyConstraint("run_pk", name=op.f("pk_run_search")),
    )
    op.create_table(
        "saved_view",
        sa.Column("pk", _KEY, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_pk", _KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("sharing", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["workspace_pk"], ["workspace.pk"], name=op.f("fk_saved_view_workspace_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("id", name=op.f("uq_saved_view_id")),
    )
    op.create_index("ix_saved_view_workspace", "saved_view", ["workspace_pk", "name"])


def _copy_labels(connection: sa.Connection) -> None:
    old = connection.execute(sa.text("SELECT run_pk, kind, key, value FROM old_run_label"))
    for part in old.partitions(_BATCH):
        _insert(connection, "run_label", [row for each in part for row in label_rows(each[0], each[1], {each[2]: each[3]})])
    op.drop_table("old_run_label")
    op.create_index("ix_run_label_number", "run_label", ["kind", "key", "number", "run_pk"])
    op.create_index("ix_run_label_head", "run_label", ["kind", "key", "head", "run_pk"])


def _fill_search(connection: sa.Connection) -> None:
    columns = "pk, id, display_name, description, submitted_by, tags, definition"
    for part in connection.execute(sa.text(f"SELECT {columns} FROM run")).partitions(_BATCH):
        _insert(connection, "run_search", [{"run_pk": row.pk, "text": _text(row)} for row in part])
        labels = [each for row in part for each in label_rows(row.pk, PARAMETER, _parameters(row.definition))]
        _insert(connection, "run_label", labels)


def _insert(connection: sa.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
        connection.execute(sa.text(statement), rows)


def _text(row: Any) -> str:
    return searched_text(
        run_id=row.id,
        display_name=row.display_name,
        description=row.description,
        submitted_by=row.submitted_by,
        tags=json.loads(row.tags),
    )


def _parameters(definition: str | None) -> dict[str, str | None]:
    return run_parameters(None if definition is None else json.loads(definition))
