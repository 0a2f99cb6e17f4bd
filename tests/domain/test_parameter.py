"""Parameters out of a command line."""

from __future__ import annotations

import pytest

from runyard.domain.parameter import run_parameters


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {}),
        (["--lr", "0.1", "--name=a b", "-b", "32"], {"lr": "0.1", "name": "a b", "b": "32"}),
        (["--flag", "--lr", "1"], {"flag": None, "lr": "1"}),
        (["--shift", "-3", "--scale", "-.5e3"], {"shift": "-3", "scale": "-.5e3"}),
        (["data.csv", "--x", "1", "more"], {"x": "1"}),
        (["--lr", "1", "--lr", "2"], {"lr": "2"}),
        (["--empty="], {"empty": ""}),
        (["--last"], {"last": None}),
        (["--learning-rate", 0.5], {"learning-rate": "0.5"}),
        (["--", "-", "---"], {}),
    ],
)
def test_options_are_parameters(arguments: list[object], expected: dict[str, str | None]) -> None:
    assert run_parameters({"spec": {"arguments": arguments}}) == expected


def test_a_run_without_a_command_line_has_no_parameters() -> None:
    assert run_parameters(None) == {} and run_parameters({}) == {} and run_parameters({"spec": {"arguments": None}}) == {}
