"""Random runs, and random filters whose values are likely to hit them."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from tests.storage.backends.sql.databases import OpenedStores

from runyard.domain.metric import MetricSummary, MetricType
from runyard.domain.roll_up_figure import rolled, rolled_up
from runyard.domain.run import RunRecord, RunStatus
from runyard.domain.run_filter_ast import (
    Aggregate,
    And,
    Comparison,
    DurationValue,
    Field,
    InstantValue,
    IsEmpty,
    IsNull,
    Like,
    Matches,
    Node,
    Not,
    NumberValue,
    OneOf,
    Operator,
    Or,
    Roll,
    Shape,
    TextSearch,
    TextValue,
    Value,
)
from runyard.domain.run_filter_field import FIELDS
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.metric import FileRecord, Record, RecordBatch, ScalarRecord, TableRecord
from runyard.wire.run import NewRun, RunQuery, UpdateRunRequest
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
WORDS = [
    "great run",
    "Great Run",
    "exp_1",
    "x%y",
    "x_y",
    "a*b",
    "[q]",
    "Ünï",
    "ünï",
    "line\nbreak",
    "\\d",
    'quo"te',
    "x" * 100,
    "x" * 130,
]
NUMBERS = ["1", "1.0", "1e0", "0.001", "1e-3", "-5", "32", "+7.", " 2 ", "nan", "inf", "1_000", "0x10", "", "1e999"]
TEXTS = [*WORDS, *NUMBERS, "a", "b", "Z", "aa"]
KEYS = ["lr", "batch size", "a.b", "val/acc", "Ünï", "x.min"]
EXPERIMENTS = ["mnist", "MNIST-2", "zebra_x"]
METRICS = ["loss", "val/acc", "a.min"]
REGEXES = [
    "^exp_",
    "a|b$",
    r"\d+",
    r"\bx",
    "[^a-z]",
    "(?i)GREAT",
    "x{2,3}",
    r"[\d_]+$",
    "^$",
    r"a.b",
    r"\S\s\S",
    "[]x[]",
    r"(?:Z|ü)+",
]
PATTERNS = ["%", "x%", "%run", "x\\%y", "x_y", "_", "", "%Ü%", "GREAT%", "a*b", "[q]", "%\\\\%", "%e\nb%", "exp\\_1"]


@dataclass(frozen=True)
class Population:
    """Runs of one workspace, with the figures of their metrics by run id."""

    workspace: str
    runs: list[RunRecord]
    metrics: dict[str, dict[str, MetricSummary]]

    def roll_up(self, run: RunRecord, field: Field) -> float | None:
        """Return what a roll-up field is for a run."""
        children = [(each.id, self.metrics[each.id]) for each in self.runs if each.parent_id == run.id]
        return rolled(field, rolled_up(field, children))


def populate(stores: OpenedStores, workspace: str, seed: int, size: int = 40) -> Population:
    """Create random runs through the stores; metrics are in every place where they can be: pages, blocks, tail."""
    chance = random.Random(seed)
    storage = stores.storage
    storage.workspaces.ensure(workspace, EnsureWorkspaceRequest(), at=NOW)
    for name in EXPERIMENTS:
        storage.experiments.ensure(workspace, name, at=NOW)
    for number in range(size):
        _create_run(storage, chance, workspace, number)
        if number == size // 2:
            storage.metrics.build_pages()
    runs = storage.runs.search(workspace, RunQuery(include_children=True, limit=1000), at=NOW).runs
    assert len(runs) == size
    found = storage.metrics.summaries(workspace, [run.id for run in runs], None)
    return Population(workspace, runs, {run.id: {each.name: each for each in found.get(run.id, [])} for run in runs})


def _create_run(storage: Storage, chance: random.Random, workspace: str, number: int) -> None:
    store = storage.runs
    at = NOW - timedelta(seconds=chance.choice([0, 60, 7200, 86_400, 600_000]) + number)
    parent = f"r{chance.randrange(number)}-{workspace}" if number and chance.random() < 0.3 else None
    run_id = f"r{number}-{workspace}"
    experiment = store.get(workspace, parent).experiment if parent else chance.choice(EXPERIMENTS)
    new = NewRun(id=run_id, display_name=chance.choice(TEXTS) or None, tags=_labels(chance, True), properties=_labels(chance))  # type: ignore[arg-type]
    store.create(workspace, experiment, [new], _origin(chance, parent), at=at)
    store.update(workspace, run_id, UpdateRunRequest(description=chance.choice(["", *TEXTS])), at=at)
    records = _records(chance)
    if records:
        storage.metrics.append(workspace, run_id, RecordBatch("w", 0, records), at=at)
    for status in chance.choice([[], [RunStatus.RUNNING], [RunStatus.RUNNING, RunStatus.FAILED], [RunStatus.CANCELED]]):
        at += timedelta(microseconds=chance.choice([1, 90_000_000, 7_200_000_000, 123_456_789]))
        if not store.get(workspace, run_id).status.is_terminal:
            store.change_status(workspace, run_id, status, reason=chance.choice([None, "why"]), error=None, at=at)
    if chance.random() < 0.6:
        storage.metrics.compact(workspace, run_id, finish=True)
    if records and chance.random() < 0.2:
        storage.metrics.append(workspace, run_id, RecordBatch("late", 0, [ScalarRecord("loss", 9, 0.25)]), at=at)


def _origin(chance: random.Random, parent: str | None) -> RunOrigin:
    pairs = [text for key in chance.sample(["lr", "a.b", "deep-est"], 2) for text in (f"--{key}", chance.choice(TEXTS))]
    spec = {"arguments": [*pairs, chance.choice(["--flag", "--lr=0.5", "rest"])]}
    return RunOrigin(
        status=chance.choice([RunStatus.QUEUED, RunStatus.RUNNING]),
        submitted_by=chance.choice([None, "ayse", "Ayse", "bob"]),
        parent_id=parent,
        type=chance.choice([None, "azureml.scriptrun"]),
        target=chance.choice(["local", "gpu-a"]),
        script_name=chance.choice([None, "train.py"]),
        definition=chance.choice([None, {"spec": spec}]),
        snapshot_id=chance.choice([None, "abc"]),
    )


def _labels(chance: random.Random, bare: bool = False) -> dict[str, str | None]:
    return {key: chance.choice([*TEXTS, None] if bare else TEXTS) for key in KEYS if chance.random() < 0.5}


def _records(chance: random.Random) -> list[Record]:
    values: list[Any] = [0.1, 0.2, 1, 1.5, -3.0, math.nan, math.inf, -math.inf, True, "text", None, 0.0, -0.0, 2**53 + 1]
    records: list[Record] = []
    for name in METRICS:
        kind = chance.random()
        if kind < 0.6 or (name == "loss" and kind < 0.7):  # logged again later, and a name keeps to one shape
            steps: list[int | None] = chance.choice([[None], [3], [0, 7, 2]])
            records += [ScalarRecord(name, 1, chance.choice(values), step) for step in steps]
        elif kind < 0.65:
            records.append(TableRecord(name, 2, {"a": [1.0, None]}))
        elif kind < 0.7:
            records.append(FileRecord(name, 3, "aml://file", MetricType.IMAGE))
    return records


def fields(shapes: set[Shape]) -> st.SearchStrategy[Field]:
    """Return fields of some shapes."""
    plain = [Field(name, shape) for name, shape in FIELDS.items() if shape in shapes and name != "depth"]
    found = [st.sampled_from(plain)] if plain else []
    if Shape.LABEL in shapes:
        kinds = st.sampled_from(["tag", "property", "param"])
        found.append(st.builds(Field, kinds, st.just(Shape.LABEL), st.sampled_from([*KEYS, "nobody's", "deep-est", "flag"])))
    if Shape.METRIC in shapes:
        named = st.sampled_from([*METRICS, "unknown"])
        aggregates = st.sampled_from(list(Aggregate))
        found.append(st.builds(Field, st.just("metric"), st.just(Shape.METRIC), named, aggregates))
        rolls = st.sampled_from(list(Roll))
        found.append(st.builds(Field, st.just("rollup"), st.just(Shape.METRIC), named, aggregates, rolls))
    return st.one_of(found)


def _number() -> st.SearchStrategy[NumberValue]:
    written = st.sampled_from(["0", "1", "0.001", "-5", "32", "1.5", "0.2", "7", "2", "1000", "3"])
    return written.map(lambda text: NumberValue(float(text), text))


def _values(field: Field) -> st.SearchStrategy[Value]:
    if field.shape is Shape.STATUS:
        return st.sampled_from([TextValue(status.value) for status in RunStatus])
    if field.shape is Shape.NUMBER:
        return _number()
    if field.shape is Shape.METRIC:
        return st.one_of(_number(), st.sampled_from([NumberValue(math.inf, "inf"), NumberValue(-math.inf, "-inf")]))
    if field.shape is Shape.DURATION:
        seconds = st.sampled_from([0.0, 0.000001, 90.0, 123.456789, 7200.0, 100_000.0])
        return seconds.map(lambda length: DurationValue(length, f"{length:.6f}s"))
    if field.shape is Shape.INSTANT:
        ago = st.sampled_from([0, 61, 3600, 7201, 86_400, 10**6])
        return ago.map(lambda s: InstantValue(NOW - timedelta(seconds=s), (NOW - timedelta(seconds=s)).isoformat()))
    texts = st.sampled_from([*TEXTS, *EXPERIMENTS, "ayse", "local", "r1-w0", "train.py", "r3-w1"]).map(TextValue)
    return st.one_of(texts, _number()) if field.shape is Shape.LABEL else texts


_TEXTUAL = {Shape.TEXT, Shape.STATUS, Shape.LABEL}


def _comparison(field: Field) -> st.SearchStrategy[Node]:
    operators = [Operator.EQ, Operator.NE] if field.shape is Shape.STATUS else list(Operator)
    return st.builds(Comparison, st.just(field), st.sampled_from(operators), _values(field))


def _one_of(field: Field) -> st.SearchStrategy[Node]:
    values = st.lists(_values(field), min_size=1, max_size=4).map(tuple)
    return st.builds(OneOf, st.just(field), values, st.booleans())


LEAVES: st.SearchStrategy[Node] = st.one_of(
    fields(set(Shape)).flatmap(_comparison),
    fields({Shape.LABEL, Shape.METRIC}).flatmap(_comparison),
    fields(set(Shape) - {Shape.INSTANT, Shape.DURATION}).flatmap(_one_of),
    st.builds(Like, fields(_TEXTUAL), st.sampled_from(PATTERNS), st.booleans(), st.booleans()),
    st.builds(Matches, fields(_TEXTUAL), st.sampled_from(REGEXES), st.booleans()),
    st.builds(IsNull, fields(set(Shape)), st.booleans()),
    st.builds(IsEmpty, fields({Shape.LABEL}), st.booleans()),
    st.builds(TextSearch, st.sampled_from(["great", "Ü", "fail", "MNIST", "ayse", "x%", "0.5", "nothing at all"]), st.booleans()),
)


def _branches(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.one_of(several.map(And), several.map(Or), children.map(Not))


NODES: st.SearchStrategy[Node] = st.recursive(LEAVES, _branches, max_leaves=6)
