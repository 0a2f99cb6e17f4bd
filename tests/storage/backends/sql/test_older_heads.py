"""A database that any earlier head of the migrations left, with rows in it, is read right after the start of this version."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pcodec import ChunkConfig, standalone
from tests.storage.backends.sql.databases import new_database

import runyard.storage.backends.sql as package
from runyard.domain.run import RunStatus, RunView
from runyard.domain.snapshot import SnapshotFile
from runyard.errors import StorageError
from runyard.storage.backends.sql import metric_page
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import to_us
from runyard.storage.backends.sql.metric import SqlMetricStore
from runyard.storage.backends.sql.metric_page import PAGE_BITS
from runyard.storage.backends.sql.opened import HEAD, open_database
from runyard.storage.backends.sql.run_label import label_rows
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.testing.clock import FakeClock
from runyard.testing.plain_metrics import PlainMetrics, same_series
from runyard.wire.metric import RecordBatch, ScalarRecord
from runyard.wire.run import NewRun, RunQuery, UpdateRunRequest

MIGRATIONS = Path(package.__file__).parent / "migrations"
REVISIONS = sorted(each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
NOW = FakeClock()()
AT = to_us(NOW)
TAGS: dict[str, str | None] = {"team": "vision", "bare": None}
DEFINITION = {"spec": {"arguments": ["--lr", "0.1", "--name=x"]}, "arguments": ["--lr", "0.1", "--name=x"]}
MANIFEST = [SnapshotFile(path="train.py", sha256="ab" * 32, size_bytes=3)]
BATCHES = {
    "top": [RecordBatch("w", 0, [ScalarRecord("loss", 1, 0.5, 3), ScalarRecord("loss", 2, 0.25, 4)])],
    "kid": [RecordBatch("w", 0, [ScalarRecord("loss", 1, 7.0)]), RecordBatch("w", 1, [ScalarRecord("note", 2, "text")])],
}
CONTENT = {"filter": "tag:bare", "columns": ["tag.team"], "order_by": "-created", "run_ids": [], "charts": [], "layout": {}}

DIFFERENT = {"sqlite": [], "postgresql": [("remove_index", "ix_run_listed"), ("add_index", "ix_run_listed")]}
"""What the tables of this version say otherwise than each database: PostgreSQL has no names of runs in that index."""


def run_values(number: int, run_id: str, **values: Any) -> dict[str, Any]:
    """Return the columns of a run as every version had them."""
    common = {"id": run_id, "workspace_pk": 1, "experiment_pk": 1, "number": number, "root_pk": 1, "root_id": "top", "depth": 0}
    common |= {"display_name": f"name of {run_id}", "target": "local", "status": "Completed", "created_at": AT + number}
    common |= {"started_at": AT + number, "ended_at": AT + 90_000_000, "submitted_by": "ayse", "tags": "{}", "properties": "{}"}
    return common | values


ERROR = {
    "code": "UserError",
    "message": "no",
    "type": "ValueError",
    "traceback": None,
    "exit_code": 1,
    "at": "2026-01-01T00:00:00Z",
}
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("workspace", {"name": "w", "description": "ours", "tags": '{"a":"b"}', "created_at": AT}),
    (
        "experiment",
        {"id": "e-1", "workspace_pk": 1, "name": "e", "tags": "{}", "created_at": AT, "run_count": 2, "last_run_at": AT},
    ),
    (
        "run",
        run_values(
            1,
            "top",
            tags=json.dumps(TAGS),
            properties='{"author":"bob"}',
            definition=json.dumps(DEFINITION),
            type="azureml.scriptrun",
            description="Warm Up",
            snapshot_id="5a",
            child_count=1,
        ),
    ),
    ("run", run_values(2, "kid", parent_pk=1, depth=1, status="Failed", error=json.dumps(ERROR), archived_at=AT)),
    ("run_event", {"run_pk": 1, "status": "Queued", "at": AT}),
    ("run_event", {"run_pk": 1, "status": "Completed", "reason": "done", "at": AT + 5}),
    ("artifact", {"run_pk": 1, "path": "outputs/a.txt", "size_bytes": 3, "location": "1/a", "created_at": AT, "updated_at": AT}),
    ("snapshot", {"workspace_pk": 1, "id": "5a", "manifest": zlib.compress(msgspec.json.encode(MANIFEST)), "created_at": AT}),
    ("token", {"hash": "h", "kind": "session", "user": "ayse", "created_at": AT}),
    ("change", {"workspace_pk": 1, "topic": "run", "run_id": "top", "root_id": "top"}),
    (
        "saved_view",
        {"id": "v", "workspace_pk": 1, "name": "mine", "owner": "ayse", "sharing": "edit", "content": json.dumps(CONTENT)}
        | {"created_at": AT, "updated_at": AT, "updated_by": "ayse"},
    ),
    ("environment", {"workspace_pk": 1, "name": "env", "version": 1, "digest": "d", "definition": "{}", "created_at": AT}),
    ("environment_label", {"workspace_pk": 1, "name": "env", "label": "stable", "version": 1}),
    ("short_state", {"workspace_pk": 1, "hash": "abc", "content": "text", "created_at": AT}),
]
"""By table, with the columns of the newest version: a table or column that a version lacked is left out."""


@dataclass(frozen=True)
class Upgraded:
    """The stores of a database after its upgrade, and the revision that it was at."""

    storage: Storage
    revision: str
    database: Database


KINDS = ["sqlite", "postgresql"]


def empty_database(request: pytest.FixtureRequest, kind: str, home: Path) -> Database:
    return new_database(home, request.getfixturevalue("postgres_url") if kind == "postgresql" else None)


@pytest.fixture(scope="module", params=[f"{kind}-{revision}" for kind in KINDS for revision in REVISIONS])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """One database for all tests of a revision: those that only read come first."""
    kind, _, revision = request.param.partition("-")
    home = tmp_path_factory.mktemp("older")
    database = empty_database(request, kind, home)
    fill(database, revision)
    storage, _ = open_database(database, home)
    yield Upgraded(storage, revision, database)
    storage.close()


def fill(database: Database, revision: str) -> None:
    """Bring an empty database to a revision, and write rows as that version did."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    command.upgrade(config, revision)
    with database.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, row in [*ROWS, *derived_rows(revision)]:
            table = tables.tables.get(name)
            if table is not None:
                connection.execute(table.insert().values({key: row[key] for key in row if key in table.c}))
    if revision > "0001":
        write_metrics(database, revision)


def derived_rows(revision: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what a version wrote beside the runs themselves."""
    rows = label_rows(1, "t", TAGS) + label_rows(1, "p", {"author": "bob"})
    if revision == "0001":
        batches = [(pk, batch) for pk, run in ((1, "top"), (2, "kid")) for batch in BATCHES[run]]
        tail = [
            {"run_pk": pk, "writer": each.writer, "seq": each.seq, "payload": msgspec.msgpack.encode(each.records)}
            for pk, each in batches
        ]
        return [("run_label", row) for row in rows] + [("metric_tail", row) for row in tail]
    if revision >= "0003":
        rows += label_rows(1, "a", {"lr": "0.1", "name": "x"})
    texts = {1: "top\nname of top\nwarm up\nayse\nteam\nvision\nbare", 2: "kid\nname of kid\nayse"}
    searched = [{"run_pk": pk, "text": text} for pk, text in texts.items()]
    return [("run_label", row) for row in rows] + [("run_search", row) for row in searched]


def write_metrics(database: Database, revision: str) -> None:
    """Leave the metrics of one run in blocks, those of the other in the tail; before 0005 pages had fewer figures."""
    store = SqlMetricStore(database)
    for run_id, batches in BATCHES.items():
        for batch in batches:
            store.append("w", run_id, batch, at=NOW)
    store.compact("w", "top", finish=True)
    if revision >= "0009":
        with pytest.MonkeyPatch.context() as patch:
            if revision < "0012":
                patch.setattr(metric_page, "_renew_version", lambda connection, page: None)
            store.build_pages()
        return
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE run_summary SET paged = 1"))
        page = sa.text("INSERT INTO summary_page (key_id, page, blob) VALUES (1, :page, :blob)")
        blob = whole_page() if revision >= "0005" else b"as it was then"
        connection.execute(page, {"page": 1 >> PAGE_BITS, "blob": blob})


def whole_page() -> bytes:
    """Return the page of ``loss`` with the first run, as 0005 to 0008 had it: lengths, runs and nine figures in one."""
    figures = [0.25, 0.25, 0.5, 0.375, 0.5, 2.0, 4.0, 4.0, 3.0]
    columns = [
        np.array([1], np.uint16).tobytes(),
        *(standalone.simple_compress(np.array([each]), ChunkConfig()) for each in figures),
    ]
    return b"".join([np.array([len(column) for column in columns], np.uint32).tobytes(), *columns])


def found(storage: Storage, **query: Any) -> list[str]:
    page = storage.runs.search("w", RunQuery(include_children=True, view=RunView.ALL, order_by="number", **query), at=NOW)
    assert page.total == len(page.runs)
    return [run.id for run in page.runs]


def test_everything_is_read_right_after_the_upgrade(upgraded: Upgraded) -> None:
    storage = upgraded.storage
    top, kid = (storage.runs.get("w", run_id) for run_id in ("top", "kid"))
    assert (top.tags, top.properties, top.definition, top.description) == (TAGS, {"author": "bob"}, DEFINITION, "Warm Up")
    assert (top.status, top.child_count, top.root_id, top.type) == (RunStatus.COMPLETED, 1, "top", "azureml.scriptrun")
    assert (kid.parent_id, kid.root_id, kid.archived_at) == ("top", "top", NOW)
    assert kid.error is not None and (kid.error.type, kid.error.exit_code) == ("ValueError", 1)
    assert [(each.status.value, each.reason, each.kind) for each in storage.runs.events("w", "top")] == [
        ("Queued", None, "status"),
        ("Completed", "done", "status"),
    ]
    assert storage.workspaces.get("w").tags == {"a": "b"} and storage.experiments.get("w", "e").run_count == 2
    assert [file.path for file in storage.artifacts.list("w", "top", prefix="")] == ["outputs/a.txt"]
    assert storage.snapshots.get("w", "5a").files == MANIFEST
    assert storage.tokens.find("h", at=NOW) is not None
    check_later_tables(storage, upgraded.revision)


def check_later_tables(storage: Storage, revision: str) -> None:
    views = [view.filter for view in storage.views.list("w", "bob")]
    assert views == (["tag:bare"] if revision >= "0003" else [])
    labels = [each.labels for each in storage.environments.versions("w", "env")]
    assert labels == ([["latest", "stable"]] if revision >= "0004" else [])
    if revision >= "0008":
        assert storage.states.get("w", "abc") == "text"


def test_every_kind_of_query_finds_the_runs(upgraded: Upgraded) -> None:
    storage = upgraded.storage
    for text in ("tag.team = vision", "tag.bare is empty", "property.author = bob", "param.lr = 0.1", 'param.name = "x"'):
        assert found(storage, filter=text) == ["top"], text
    assert found(storage, filter='"warm up"') == ["top"] and found(storage, text="AYSE") == ["top", "kid"]
    figures = "metric.loss.max = 0.5 and metric.loss.mean = 0.375 and metric.loss.first = 0.5 and metric.loss.min_step = 4"
    assert found(storage, filter=figures) == ["top"]
    assert found(storage, filter="metric.loss.min < 1") == ["top"] and found(storage, filter="metric.loss = 7") == ["kid"]
    assert found(storage, filter="rollup.loss.max = 7") == ["top"] and found(storage, ancestor_id="top") == ["kid"]
    assert found(storage, filter="status:failed duration>1m") == ["kid"]


def test_the_upgrade_leads_to_the_tables_of_this_version(upgraded: Upgraded) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from runyard.storage.backends.sql.tables import metadata

    with upgraded.database.engine.connect() as connection:
        different = [(each[0], each[1].name) for each in compare_metadata(MigrationContext.configure(connection), metadata)]
        assert different == DIFFERENT[connection.dialect.name]
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_metrics_are_whole_and_a_batch_that_came_again_is_known(upgraded: Upgraded) -> None:
    metrics = upgraded.storage.metrics
    for run_id, batches in BATCHES.items():
        plain = PlainMetrics(run_id)
        for batch in batches:
            plain.append(batch)
            assert not metrics.append("w", run_id, batch, at=NOW).stored
        assert same_series(metrics.series("w", [run_id], None), plain.series())
    metrics.compact("w", "kid", finish=True)
    metrics.build_pages()
    assert found(upgraded.storage, filter="metric.loss.last > 0.2") == ["top", "kid"]


def test_the_upgraded_database_takes_new_runs_and_changes(upgraded: Upgraded) -> None:
    runs = upgraded.storage.runs
    origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me", parent_id="top")
    runs.create("w", "e", [NewRun(id="new", tags={"team": "speech"})], origin, at=NOW + timedelta(days=1))
    changed = runs.update("w", "top", UpdateRunRequest(colour="#3506bd", set_tags={"team": "audio"}), author="me", at=NOW)
    assert (changed.colour, changed.tags["team"], changed.child_count) == ("#3506bd", "audio", 2)
    assert found(upgraded.storage, filter="tag:team") == ["top", "new"]
    runs.delete("w", "kid", author="me", at=NOW)
    assert found(upgraded.storage) == ["top", "new"] and runs.restore("w", "kid", author="me", at=NOW).deleted_at is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_of_a_newer_version_is_refused(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> None:
    database = empty_database(request, kind, tmp_path)
    fill(database, HEAD)
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer Runyard.*Upgrade Runyard"):
        open_database(database, tmp_path)
