from __future__ import annotations

from typing import Any

import pytest

from runyard.domain.run import RunStatus
from runyard.errors import InvalidArgumentError
from runyard.sdk.run_query import run_query


def test_the_filters_become_a_query() -> None:
    query = run_query(
        type="azureml.scriptrun",
        tags="good",
        properties={"author": "me"},
        status="Running",
        experiment="e",
        include_children=True,
    )
    assert (query.type, query.tags, query.properties) == ("azureml.scriptrun", {"good": None}, {"author": "me"})
    assert (query.status, query.experiment, query.include_children) == ([RunStatus.RUNNING], "e", True)


def test_several_statuses_may_be_asked_for() -> None:
    assert run_query(status=["Queued", RunStatus.FAILED]).status == [RunStatus.QUEUED, RunStatus.FAILED]


@pytest.mark.parametrize("status", ["running", "Finished", 5, ["Running", "x"]])
def test_an_unknown_status_is_refused_with_the_known_ones(status: object) -> None:
    with pytest.raises(InvalidArgumentError, match="Use one of NotStarted, Starting"):
        run_query(status=status)


def test_an_unknown_view_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidArgumentError, match="Use one of ActiveOnly, ArchivedOnly, All, Deleted"):
        run_query(view="Bin")


def test_without_an_order_the_newest_run_comes_first() -> None:
    assert run_query().order_by == "-created_at"
    assert run_query(order_by="param.lr").order_by == "param.lr"


def test_several_fields_of_an_order_come_as_a_list_or_a_text() -> None:
    assert run_query(order_by=["status", "-param.lr"]).order_by == "status, -param.lr"
    assert run_query(order_by="status,-param.lr").order_by == "status,-param.lr"


@pytest.mark.parametrize("order", [5, [], ["status", 5]])
def test_an_order_of_another_kind_is_refused(order: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="names no field"):
        run_query(order_by=order)
