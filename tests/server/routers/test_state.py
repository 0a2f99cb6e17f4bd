"""Short addresses stand for the same state for ever."""

from __future__ import annotations

from typing import Any


def test_equal_states_have_one_address_and_come_back_as_they_were(api: Any) -> None:
    first = api.call("POST", "/states", json={"content": '{"q":"ünï"}'})
    assert api.call("POST", "/states", json={"content": '{"q":"ünï"}'}) == first
    other = api.call("POST", "/states", json={"content": "{}"})
    assert other["hash"] != first["hash"] and len(first["hash"]) == 20
    assert api.call("GET", f"/states/{first['hash']}") == first


def test_an_unknown_address_and_a_state_that_is_too_long_are_refused(api: Any) -> None:
    assert api.refuse("GET", "/states/nothing")["status"] == 404
    assert api.refuse("POST", "/states", json={"content": "x" * 200_001})["code"] == "limit_exceeded"
