"""The query language: what texts mean, and where errors point."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runyard.domain.metric import MetricFamily, MetricSummary, MetricType
from runyard.domain.run import RunRecord, RunStatus
from runyard.domain.run_filter import matches, parse, parse_field, unparse, unparse_field
from runyard.domain.run_filter_ast import EVERYTHING, Aggregate, without_not
from runyard.errors import InvalidArgumentError

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def run(**values: object) -> RunRecord:
    base: dict[str, object] = {
        "id": "exp_42",
        "workspace": "w",
        "experiment": "mnist-small",
        "number": 7,
        "root_id": "exp_42",
        "display_name": "Brave Fox",
        "status": RunStatus.FAILED,
        "created_at": NOW - timedelta(hours=3),
        "started_at": NOW - timedelta(hours=3),
        "ended_at": NOW - timedelta(minutes=30),
        "submitted_by": "ayse",
        "description": "try **warm up** first",
        "tags": {"quality": "great run", "baseline": None, "batch": "32"},
        "properties": {"author": "azureml-user"},
        "definition": {"spec": {"arguments": ["--lr", "0.001", "--epochs=5", "--verbose", "--offset", "-3"]}},
        "child_count": 2,
    }
    return RunRecord(**{**base, **values})  # type: ignore[arg-type]


LOSS = MetricSummary(
    name="loss", family=MetricFamily.SERIES, type=MetricType.SCALAR, count=10, last=0.5, min=0.1, min_step=3, max=float("inf")
)
METRICS = {
    "loss": LOSS,
    "val/acc.min": LOSS,
    "broken": MetricSummary(**{**{n: getattr(LOSS, n) for n in LOSS.__slots__}, "last": float("nan")}),
}

TRUE = [
    "",
    "  \n ",
    'status = Failed and tag.quality = "great run" and metric.loss.min < 0.2 and param.lr <= 1e-3 and created > "4 hours ago" '
    'and duration > 2h and not (name like "%x%z" or id ~ "^exq_") and property.author is not null and '
    'experiment in ("a","mnist-small") and text "warm up"',
    "status:failed",
    "status:running,failed",
    "status = cancel_requested or status=FAILED",
    "tag:baseline",
    "tag:baseline,other",
    'tag.quality="great run"',
    "tag.batch = 32.0",
    'tag.batch = "32"',
    "tag.batch > 4",
    "tag.quality != 5",
    "tag.baseline is not null",
    "tag.baseline metric.loss.min and not tag.other and (param.lr)",
    "tag.other is null",
    "tag.baseline is empty and tag.batch is not empty and tag.other is not empty",
    'exp:"mnist*"',
    "exp:MNIST*",
    "by:AYSE",
    "by:bob,ayse",
    "created>-7d",
    "created > 4 hours ago and ended < 29 minutes ago",
    "created = 2026-03-01",
    "created:today",
    "created != yesterday",
    "created between 2026-02-28 and now",
    'created > "2026-03-01T10:59+02:00"',
    "duration > 2h 29m and duration < 9001s",
    'duration = "2 hours, 30 minutes"',
    "brave FOX warm",
    '"brave fox"',
    "mnist",
    "fail",
    'desc:"WARM up"',
    "has:children",
    "has:description has:started",
    "not has:snapshot",
    "number between 5 and 8",
    "param.epochs = 5 and param.offset < 0",
    "param:verbose",
    "PARAM.lr < 1 AND (status = completed OR NOT number = 8)",
    "metrics.loss < 1 and metric.loss.count = 10 and metric.loss.min_step = 3",
    "metric.loss.max = inf",
    "metric.loss.step(min) = 3 and metric.loss.step( last ) is null",
    "rollup.loss is null and not rollup:loss",
    'metric."val/acc.min".last = 0.5',
    "metric.`val/acc.min`.min < 0.2",
    "metric.broken is null and metric.broken.min is not null",
    "attributes.status = 'FAILED'",
    r'name ~ "(?i)^brave\s"',
    'name !~ "^fox"',
    'name ilike "brave%" and name not like "brave%"',
    'name != "a" and name > "A"',
    "not not status:failed",
    'text != "absent"',
]

FALSE = [
    "status:queued",
    "tag.other = 1",
    "not tag.other = 1",
    "tag.other != 1",
    "tag.baseline = 1 or tag.baseline != 1",
    "tag.quality < 5 or not tag.quality < 5",
    'tag.quality = "Great run"',
    "metric.broken < 1",
    "not metric.broken < 1",
    "metric.unknown = 1",
    "status:failed and brave cow",
    "tag.other",
    "not tag.baseline",
    "metric.broken",
    "duration < 2h",
    "exp:mnist",
    "text absent",
]


@pytest.mark.parametrize("text", TRUE)
def test_a_filter_lets_a_run_through(text: str) -> None:
    assert matches(parse(text, NOW), run(), METRICS)


@pytest.mark.parametrize("text", FALSE)
def test_a_filter_keeps_a_run_out(text: str) -> None:
    assert not matches(parse(text, NOW), run(), METRICS)


@pytest.mark.parametrize("text", TRUE + FALSE)
def test_the_long_form_of_a_filter_means_the_same(text: str) -> None:
    wanted = parse(text, NOW)
    assert parse(unparse(wanted), NOW) == wanted


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("status = Faild", 9, "no status 'Faild'"),
        ("foo = 3", 0, "no field 'foo'"),
        ("statis = Failed", 0, "Did you mean status?"),
        ("name like", 9, "value was expected"),
        ("a and (status=Failed", 6, "never closed"),
        ("a)", 1, "no '('"),
        ("metric.loss = abc", 14, "metric.loss is compared with numbers"),
        ("tag. = 3", 0, "no field"),
        ('id ~ "a(b"', 7, "never closed"),
        ('id ~ "(a+)+"', 10, "endless repeat"),
        (r'id ~ "\pL"', 6, "no meaning"),
        ('id ~ "(?=a)"', 6, "(?:"),
        ("created > 7", 10, "no moment"),
        ("duration > soon", 11, "no length of time"),
        ("duration in (1h)", 12, "between"),
        ("started ~ a", 10, "no text"),
        ("http://host", 0, "goes in quotes"),
        ("and x", 0, "before 'and'"),
        ("status = Failed or", 18, "condition was expected"),
        ('name = "abc', 7, "never closed"),
        ("status in Failed", 10, "list in brackets"),
        ("status in (Failed", 17, "',' or ')'"),
        ("status is Failed", 10, "'not null'"),
        ("status < Failed", 9, "no order"),
        ("has:wings", 4, "has: knows"),
        ("   = 3", 3, "condition was expected"),
        ("not " * 60 + "x", 200, "deep"),
        ("a, b", 1, "',' was not expected"),
        ('name like "' + "%a" * 20 + '"', 10, "more than 10 places"),
        ("a\0b", 1, "NUL"),
        ("created between 2026-01-01 or now", 27, "two values"),
    ],
)
def test_an_error_points_at_the_character(text: str, position: int, words: str) -> None:
    with pytest.raises(InvalidArgumentError) as failure:
        parse(text, NOW)
    assert words in failure.value.message and failure.value.details["position"] == position
    shown, mark = failure.value.message.split("\n  ")[-2:]
    assert shown[len(mark) - 1 : len(mark)] == text[position : position + 1]


@given(st.text(st.sampled_from(list("stau =<>!~:()\"'`,.andorti1-7d%\\\n")), max_size=30) | st.text(max_size=20))
@example('tag."')
@example("\\")
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        wanted = parse(text, NOW)
    except InvalidArgumentError as error:
        assert 0 <= error.details["position"] <= len(text)
        json.dumps(error.details)
    else:
        assert parse(unparse(wanted), NOW) == wanted
        matches(wanted, run(), METRICS)


@given(
    st.sampled_from(["tag", "property", "param", "metric"]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
)
def test_a_key_may_hold_any_character(kind: str, key: str) -> None:
    written = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    field = parse_field(f"{kind}.{written}")
    assert field.key == key and parse_field(unparse_field(field)) == field
    assert parse_field(f"{kind}.`{key.replace('`', '``')}`") == field


def test_a_figure_belongs_to_a_metric_only_outside_its_quotes() -> None:
    assert parse_field("metric.loss.min").aggregate is Aggregate.MIN
    assert parse_field("metric.loss").aggregate is Aggregate.LAST
    assert parse_field("metric.val.acc").key == "val.acc"
    assert parse_field('metric."loss.min"').key == "loss.min"
    assert parse_field('metric."val loss".max').key == "val loss"
    assert parse_field("tag.a.min").key == "a.min"


def test_an_order_names_one_field() -> None:
    with pytest.raises(InvalidArgumentError, match="ends before this"):
        parse_field("created desc")
    with pytest.raises(InvalidArgumentError, match="no field"):
        parse_field("")


def test_a_running_run_lasts_until_now() -> None:
    assert matches(parse("duration > 2h 59m", NOW), run(status=RunStatus.RUNNING, ended_at=None))
    assert not matches(parse("duration > 0 or not duration > 0", NOW), run(started_at=None, ended_at=None))


def test_no_text_lets_everything_through() -> None:
    assert parse(" ", NOW).root == EVERYTHING


def test_a_roll_up_is_of_a_figure_over_the_children() -> None:
    wanted = parse('rollup.loss.min.mean < 0.5 and rollup."val loss".count = 2', NOW)
    values = {"rollup.loss.min.mean": 0.25, 'rollup."val loss".last.count': 2.0}
    assert matches(wanted, run(), METRICS, lambda field: values[unparse_field(field)])
    assert not matches(wanted, run(), METRICS, lambda _: None)
    assert unparse_field(parse_field("rollup.loss.max")) == "rollup.loss.last.max"


def test_a_filter_without_not_has_what_must_all_hold_in_one_place() -> None:
    wanted = parse("not (status:failed or tag.team = 'x') and (param.lr > 1 and (number < 5 and not depth > 0))", NOW)
    assert (
        without_not(wanted.root)
        == parse("status != Failed and tag.team != 'x' and param.lr > 1 and number < 5 and depth <= 0", NOW).root
    )
