"""The schema. Instants are microseconds since 1970, UTC. Migrations bring a database to this state."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LABEL_HEAD_CHARS = 100
"""How much of a label's value is indexed. PostgreSQL refuses index entries of more than about 2,700 bytes."""

# SQLite hands out row ids only to a column declared INTEGER.
_Key = BigInteger().with_variant(Integer(), "sqlite")

workspace = Table(
    "workspace",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("description", Text),
    Column("location", String),
    Column("resource_group", String),
    Column("subscription_id", String),
    Column("tags", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

experiment = Table(
    "experiment",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), nullable=False),
    Column("name", String, nullable=False),
    Column("description", Text),
    Column("tags", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("default_view_id", String),
    Column("archived_at", BigInteger),
    Column("deleted_at", BigInteger),
    Column("deleted_by", String),
    Column("run_count", Integer, nullable=False, server_default="0"),
    Column("last_run_at", BigInteger, nullable=False, server_default="0"),
    Index(
        "uq_experiment_active_name",
        "workspace_pk",
        "name",
        unique=True,
        sqlite_where=text("archived_at IS NULL"),
        postgresql_where=text("archived_at IS NULL"),
    ),
    Index("ix_experiment_recent", "workspace_pk", "last_run_at"),
)

run = Table(
    "run",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("id", String, nullable=False),
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), nullable=False),
    Column("experiment_pk", _Key, ForeignKey("experiment.pk"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("parent_pk", _Key, ForeignKey("run.pk")),
    Column("root_pk", _Key),
    Column("root_id", String, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("display_name", String, nullable=False),
    Column("type", String),
    Column("target", String, nullable=False),
    Column("status", String, nullable=False),
    Column("status_reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("heartbeat_at", BigInteger),
    Column("submitted_by", String),
    Column("description", Text),
    Column("tags", Text, nullable=False),
    Column("properties", Text, nullable=False),
    Column("script_name", String),
    Column("definition", Text),
    Column("snapshot_id", String),
    Column("error", Text),
    Column("job_handle", Text),
    Column("child_count", Integer, nullable=False, server_default="0"),
    Column("colour", String),
    Column("archived_at", BigInteger),
    Column("deleted_at", BigInteger),
    Column("deleted_by", String),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("uq_run_id", "workspace_pk", "id", unique=True),
    Index(
        "ix_run_listed",
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
        "display_name",  # on SQLite only
    ),
    Index(
        "ix_run_active",
        "workspace_pk",
        "created_at",
        "pk",
        "parent_pk",
        "experiment_pk",
        "archived_at",  # always NULL here; without them SQLite would look into the rows
        "deleted_at",
        sqlite_where=text("archived_at IS NULL AND deleted_at IS NULL"),
        postgresql_where=text("archived_at IS NULL AND deleted_at IS NULL"),
    ),
    Index("ix_run_experiment", "experiment_pk", "created_at", "pk"),
    Index("ix_run_parent", "parent_pk", "created_at", "pk"),
    Index("ix_run_root", "root_pk", "created_at", "pk"),
    Index("ix_run_snapshot", "workspace_pk", "snapshot_id"),
    Index("ix_run_job", "target", "status", "pk"),
    sqlite_autoincrement=True,
)
"""``pk`` never comes again, also when the newest run is purged: pages of summaries and caches name runs by it.

``ix_run_listed`` has what lists are filtered by. On PostgreSQL it has no names: a row of an index there holds 2.7 kB, and a name
may be longer. ``ix_run_active`` is the narrow way to the keys of all active runs."""

ACTIVE, ARCHIVED, DELETED = 0, 1, 2
"""The views of :data:`run_count`."""

run_count = Table(
    "run_count",
    metadata,
    Column("experiment_pk", _Key, primary_key=True, autoincrement=False),
    Column("view", Integer, primary_key=True, autoincrement=False),
    Column("is_child", Integer, primary_key=True, autoincrement=False),
    Column("runs", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How many runs an experiment has that are active (view 0), archived (1) and in the bin (2), with a parent and without.

Triggers on ``run`` keep it (migration 0011): nothing else writes here, and a migration that copies ``run`` makes them again."""

run_label = Table(
    "run_label",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True),
    Column("kind", String(1), primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", Text),
    Column("head", String(LABEL_HEAD_CHARS)),
    Column("number", Double),
    Index("ix_run_label_number", "kind", "key", "number", "run_pk"),
    Index("ix_run_label_head", "kind", "key", "head", "run_pk"),
    sqlite_with_rowid=False,
)
"""Tags (kind ``t``), properties (``p``) and parameters (``a``), a row each, for filters.

The JSON columns of ``run`` are for reading. ``head`` is the beginning of the value, short enough for an index; ``number`` the
number that the value is."""

run_search = Table(
    "run_search",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)
"""The texts of a run that are searched, in lower case. A table of its own, so that a search reads nothing else."""

run_event = Table(
    "run_event",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("run_pk", _Key, ForeignKey("run.pk"), nullable=False),
    Column("kind", String, nullable=False, server_default="status"),
    Column("status", String, nullable=False),
    Column("reason", Text),
    Column("author", String),
    Column("detail", Text),
    Column("at", BigInteger, nullable=False),
    Index("ix_run_event_run", "run_pk", "pk"),
)

artifact = Table(
    "artifact",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String),
    Column("location", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_artifact_location", "location"),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("manifest", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

metric_key = Table(
    "metric_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("family", String, nullable=False),
)
"""A series by name and family, for all runs. ``hash`` is over both: an index on long names would be refused by PostgreSQL."""

metric_keyset = Table(
    "metric_keyset",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("key_ids", LargeBinary, nullable=False),
)
"""A list of keys that is stored together, as int32. Thousands of runs share one."""

metric_writer = Table(
    "metric_writer",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True),
    Column("writer", String, primary_key=True),
    Column("stored", BigInteger, nullable=False),
    Column("above", Text),
)
"""Which batches of a writer are stored: all below ``stored``, and the ranges in ``above``."""

metric_tail = Table(
    "metric_tail",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("run_pk", _Key, ForeignKey("run.pk"), nullable=False),
    Column("points", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_metric_tail_run", "run_pk", "pk"),
)

metric_block = Table(
    "metric_block",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("run_pk", _Key, ForeignKey("run.pk"), nullable=False),
    Column("level", Integer, nullable=False),
    Column("keyset_id", Integer, ForeignKey("metric_keyset.id"), nullable=False),
    Column("lo", BigInteger, nullable=False),
    Column("hi", BigInteger, nullable=False),
    Column("lo_x", BigInteger, nullable=False),
    Column("hi_x", BigInteger, nullable=False),
    Column("lo_time", BigInteger, nullable=False),
    Column("hi_time", BigInteger, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("data_bytes", BigInteger, nullable=False),
    Column("directory", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("ix_metric_block_run", "run_pk", "level", "keyset_id", "lo", "lo_x", "hi_x"),
)
"""Immutable blocks. ``level`` -1: the latest points of many series; 0: full blocks; 1 and up: the pyramid. See metric_block."""

run_summary = Table(
    "run_summary",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True),
    Column("keyset_id", Integer, ForeignKey("metric_keyset.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("paged", Integer, nullable=False),
    Column("blob", LargeBinary, nullable=False),
    Index("ix_run_summary_paged", "paged", "run_pk"),
    Index("ix_run_summary_keyset", "keyset_id", "run_pk"),
)
"""The figures of all points of a run that are in blocks. ``paged`` is 1 once they stand in ``summary_page`` too."""

summary_page = Table(
    "summary_page",
    metadata,
    Column("key_id", Integer, ForeignKey("metric_key.id"), primary_key=True),
    Column("page", BigInteger, primary_key=True),
    Column("slots", LargeBinary, nullable=False),
    Column("last", LargeBinary, nullable=False),
    Column("min", LargeBinary, nullable=False),
    Column("max", LargeBinary, nullable=False),
    Column("mean", LargeBinary, nullable=False),
    Column("first", LargeBinary, nullable=False),
    Column("count", LargeBinary, nullable=False),
    Column("last_step", LargeBinary, nullable=False),
    Column("min_step", LargeBinary, nullable=False),
    Column("max_step", LargeBinary, nullable=False),
)
"""The figures of one metric of 1024 neighbouring runs that have ended: ``slots`` says which of them, then a column a figure.

What is asked for most comes first: SQLite reads a row from its beginning."""

summary_page_version = Table(
    "summary_page_version",
    metadata,
    Column("page", _Key, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
"""A number of its own for each state of a page, in all of its metrics: written in the transaction that writes the page."""

saved_view = Table(
    "saved_view",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), nullable=False),
    Column("name", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("sharing", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", String, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_saved_view_workspace", "workspace_pk", "name"),
)

short_state = Table(
    "short_state",
    metadata,
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), primary_key=True),
    Column("hash", String, primary_key=True),
    Column("content", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""What long addresses of the Studio stand for, by a hash of it."""

token = Table(
    "token",
    metadata,
    Column("hash", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("user", String, nullable=False),
    Column("workspace", String),
    Column("scope", String),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)

change = Table(
    "change",
    metadata,
    Column("cursor", _Key, primary_key=True),
    Column("workspace_pk", _Key, nullable=False),
    Column("topic", String, nullable=False),
    Column("experiment", String),
    Column("run_id", String),
    Column("root_id", String),
    Column("path", String),
    Index("ix_change_workspace", "workspace_pk", "cursor"),
    sqlite_autoincrement=True,
)

environment = Table(
    "environment",
    metadata,
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", String, nullable=False),
    Column("definition", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

environment_label = Table(
    "environment_label",
    metadata,
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("version", Integer, nullable=False),
)

run_node = Table(
    "run_node",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True),
    Column("node", Integer, primary_key=True),
    Column("report", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What each node of a distributed run said last."""
