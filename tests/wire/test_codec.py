"""JSON and MessagePack keep what they carry."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.metric import MetricFamily, MetricSeries, MetricType, MetricValue
from runyard.domain.run import RunRecord, RunStatus
from runyard.errors import InvalidArgumentError
from runyard.wire.codec import from_json, from_msgpack, to_json, to_msgpack
from runyard.wire.metric import ListRecord, RecordBatch, ScalarRecord, TableRecord

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=5))


def test_a_record_survives_json_and_unknown_fields_are_ignored() -> None:
    run = RunRecord(
        id="r", workspace="w", experiment="e", number=1, root_id="r", display_name="n", status=RunStatus.RUNNING, created_at=NOW
    )
    encoded = json.loads(to_json(run))
    assert from_json(json.dumps({**encoded, "from_the_future": 1}).encode(), RunRecord) == run


@given(st.lists(SCALARS, max_size=10), st.integers(-(2**63), 2**63 - 1))
def test_a_batch_survives_messagepack_exactly(values: list[MetricValue], step: int) -> None:
    records = [ScalarRecord("é/名", 1, value, step) for value in values]
    batch = RecordBatch("w", 7, [*records, ListRecord("l", 1, values), TableRecord("t", 1, {"c": values})])
    back = from_msgpack(to_msgpack(batch), RecordBatch)
    assert repr(back) == repr(batch)  # repr, since NaN is not equal to itself


def test_json_has_no_literal_that_json_parsers_refuse() -> None:
    series = MetricSeries(
        run_id="r", name="x", family=MetricFamily.SERIES, type=MetricType.SCALAR, values=[math.nan, math.inf, -math.inf, 2**60]
    )
    text = to_json(series)
    assert json.loads(text, parse_constant=lambda name: 1 / 0)["values"] == ["NaN", "Infinity", "-Infinity", 2**60]
    assert asdict(series)["values"][3] == 2**60


def test_a_text_that_utf8_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(InvalidArgumentError, match=r"udcff.*backslashreplace"):
        to_json({"tags": {"file": "name \udcff"}})
