"""The schema. Instants are microseconds since 1970, UTC. Migrations bring a database to this state."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
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
    Column("archived_at", BigInteger),
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
    Column("archived_at", BigInteger),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("uq_run_id", "workspace_pk", "id", unique=True),
    Index("ix_run_recent", "workspace_pk", "created_at", "pk"),
    Index("ix_run_experiment", "experiment_pk", "created_at", "pk"),
    Index("ix_run_parent", "parent_pk", "created_at", "pk"),
    Index("ix_run_root", "root_pk", "created_at", "pk"),
    Index("ix_run_job", "target", "status", "pk"),
)

run_label = Table(
    "run_label",
    metadata,
    Column("run_pk", _Key, ForeignKey("run.pk"), primary_key=True),
    Column("kind", String(1), primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", Text),
    Index("ix_run_label_lookup", "kind", "key", "run_pk"),
)
"""Tags (kind ``t``) and properties (kind ``p``), a row each, for filters; the JSON columns of ``run`` are for reading."""

run_event = Table(
    "run_event",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("run_pk", _Key, ForeignKey("run.pk"), nullable=False),
    Column("status", String, nullable=False),
    Column("reason", Text),
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
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("workspace_pk", _Key, ForeignKey("workspace.pk"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("manifest", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

metric_tail = Table(
    "metric_tail",
    metadata,
    Column("pk", _Key, primary_key=True),
    Column("run_pk", _Key, ForeignKey("run.pk"), nullable=False),
    Column("writer", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("uq_metric_tail_batch", "run_pk", "writer", "seq", unique=True),
)

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
