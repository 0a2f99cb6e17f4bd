"""The rules of a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.run import (
    KEY_MAX_CHARS,
    TAGS_MAX,
    TERMINAL_STATUSES,
    TRANSITIONS,
    VALUE_MAX_CHARS,
    RunStatus,
    merge_properties,
    merge_tags,
    require_run_id,
    require_transition,
)
from runyard.errors import ImmutablePropertyError, InvalidArgumentError, InvalidTransitionError, LimitExceededError

DOCUMENTED = [
    "NotStarted",
    "Starting",
    "Provisioning",
    "Preparing",
    "Queued",
    "Running",
    "Finalizing",
    "CancelRequested",
    "Completed",
    "Failed",
    "Canceled",
    "NotResponding",
    "Paused",
]


def test_the_statuses_are_the_documented_ones() -> None:
    assert [status.value for status in RunStatus] == DOCUMENTED


def test_every_status_has_its_row_in_the_table() -> None:
    assert set(TRANSITIONS) == set(RunStatus)


@pytest.mark.parametrize("status", sorted(set(RunStatus) - TERMINAL_STATUSES))
def test_every_run_that_has_not_ended_can_still_end_each_way(status: RunStatus) -> None:
    for end in TERMINAL_STATUSES:
        require_transition("r", status, end)


@given(st.sampled_from(RunStatus), st.sampled_from(RunStatus))
def test_an_ended_run_never_lives_again(ended: RunStatus, wanted: RunStatus) -> None:
    if ended not in TERMINAL_STATUSES or wanted is ended:
        return
    if (ended, wanted) == (RunStatus.COMPLETED, RunStatus.FAILED):  # the owner's verdict
        require_transition("r", ended, wanted)
        return
    with pytest.raises(InvalidTransitionError, match="r has ended as"):
        require_transition("r", ended, wanted)


def test_a_refused_transition_says_what_is_possible() -> None:
    with pytest.raises(InvalidTransitionError, match=r"Run r is Running, which cannot become Starting. Possible next: "):
        require_transition("r", RunStatus.RUNNING, RunStatus.STARTING)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8)), st.data())
def test_properties_only_grow(current: dict[str, str], data: st.DataObject) -> None:
    added = data.draw(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8)))
    if any(current.get(key, value) != value for key, value in added.items()):
        with pytest.raises(ImmutablePropertyError):
            merge_properties("r", current, added)
    else:
        assert merge_properties("r", current, added) == {**current, **added}


def test_a_refused_property_names_both_values_and_the_way_out() -> None:
    with pytest.raises(ImmutablePropertyError, match=r"'author' of run r is 'me' and cannot become 'you'.*run.tag"):
        merge_properties("r", {"author": "me"}, {"author": "you"})


def test_a_bare_tag_keeps_the_value_none() -> None:
    assert merge_tags("r", {"a": "1"}, {"bare": None}, ["a"]) == {"bare": None}


@pytest.mark.parametrize(
    "tags", [{"k" * (KEY_MAX_CHARS + 1): "v"}, {"k": "v" * (VALUE_MAX_CHARS + 1)}, {str(n): "v" for n in range(TAGS_MAX + 1)}]
)
def test_a_label_past_a_limit_is_refused(tags: dict[str, str | None]) -> None:
    with pytest.raises(LimitExceededError, match="r"):
        merge_tags("r", {}, tags, [])


def test_an_empty_tag_name_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="empty name"):
        merge_tags("r", {}, {"": "x"}, [])


@pytest.mark.parametrize("run_id", ["a", "exp_1609459200_0a1b2c3d", "HD_x-1.0", "0" * 256])
def test_a_run_id_may_be(run_id: str) -> None:
    assert require_run_id(run_id) == run_id


@pytest.mark.parametrize("run_id", ["", ".", "..", "-a", "a/b", "a b", "é", "0" * 257, "a\n"])
def test_a_run_id_may_not_be(run_id: str) -> None:
    with pytest.raises(InvalidArgumentError):
        require_run_id(run_id)
