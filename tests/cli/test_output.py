from __future__ import annotations

import json
import math
from datetime import datetime, timezone

import click
import pytest
import yaml

from runyard.cli.output import Output, fitting_columns, render, search, stacked

RUNS = [
    {"run_id": "a", "status": "Failed", "tags": {"quality": "fantastic run", "worth another look": None}, "runs": [1]},
    {"run_id": "b", "status": "Completed", "tags": {}, "runs": []},
]


def test_json_is_the_data_as_it_is() -> None:
    assert json.loads(render(RUNS, "json")) == RUNS


def test_json_stays_valid_with_numbers_that_json_does_not_have() -> None:
    assert json.loads(render([math.nan, math.inf, -math.inf, 1.5], "json")) == ["NaN", "Infinity", "-Infinity", 1.5]


def test_instants_are_written_in_iso_8601_with_a_z() -> None:
    assert render(datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "json") == '"2026-01-02T03:04:05Z"'


def test_yaml_keeps_order_and_structure() -> None:
    assert yaml.safe_load(render(RUNS, "yaml")) == RUNS
    assert render(RUNS, "yaml").startswith("- run_id: a\n")


def test_a_table_of_a_list_has_the_wanted_columns() -> None:
    lines = render(RUNS, "table", ["run_id", "status", "tags"]).splitlines()
    assert lines[0].split() == ["Run", "id", "Status", "Tags"]
    assert lines[2].split() == ["a", "Failed", "quality=fantastic", "run,", "worth", "another", "look"]


def test_a_table_of_one_thing_has_a_line_for_each_field() -> None:
    text = render({"run_id": "a", "status": "Failed"}, "table")
    assert [line.split() for line in text.splitlines()[2:]] == [["Run", "id", "a"], ["Status", "Failed"]]


def test_a_table_does_not_read_markup_in_values() -> None:
    assert "[bold]loss[/bold]" in render([{"name": "[bold]loss[/bold]"}], "table")


def test_an_empty_table_says_so() -> None:
    assert render([], "table") == "Nothing found."


def test_tsv_has_a_line_for_each_row_and_no_head() -> None:
    assert render([["a", "x\ty"], ["b", None]], "tsv") == "a\tx y\nb\t"
    assert render(["a", "b"], "tsv") == "a\nb"


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("[?status=='Failed'].run_id", ["a"]),
        ("[?tags.quality=='fantastic run'].run_id", ["a"]),
        ("[?tags.keys(@)[?starts_with(@, 'worth another look')]].run_id", ["a"]),
        ("[?properties.author=='azureml-user']", []),
        ("[].nothing", []),
    ],
)
def test_a_query_selects_as_jmespath_does(expression: str, found: list[str]) -> None:
    assert search(expression, RUNS) == found


@pytest.mark.parametrize("expression", ["[?status==", "no_such_function(@)", "keys(@)"])
def test_a_query_that_cannot_be_evaluated_is_named(expression: str) -> None:
    with pytest.raises(click.BadParameter, match="JMESPath"):
        search(expression, RUNS)


def test_a_query_whose_quotes_the_shell_took_away_is_read_with_them(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"properties": {"author": "azureml-user"}}, {"properties": {}}]
    assert search("[?properties.author==azureml-user]", rows) == rows[:1]
    assert "[?properties.author=='azureml-user']" in capsys.readouterr().err


def test_a_query_that_finds_nothing_for_lack_of_quotes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert search("[?status==Failed].run_id", RUNS) == []
    assert "[?status=='Failed'].run_id" in capsys.readouterr().err
    assert search("[?status=='Nothing']", RUNS) == [] and not capsys.readouterr().err


@pytest.mark.parametrize("expression", ["[0].id", "[].id", "[*].id", "[-1].id"])
def test_a_query_for_a_field_that_is_not_there_names_those_that_are(expression: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"run_id": "a", "error": None, "_inner": 1}]
    assert not search(expression, rows)
    assert capsys.readouterr().err == "Nothing found: there is no 'id'. There are: run_id, error\n"
    assert search("[0].error", rows) is None and search("[9].run_id", rows) is None and search("error", rows[0]) is None
    assert not capsys.readouterr().err


@pytest.mark.parametrize(("form", "text"), [("tsv", ""), ("table", "Nothing found.\n"), ("json", "[]\n"), ("yaml", "[]\n")])
def test_nothing_is_no_line_where_lines_are_rows(capsys: pytest.CaptureFixture[str], form: str, text: str) -> None:
    Output(form).print([])
    assert capsys.readouterr().out == text


def test_a_scalar_in_yaml_is_a_line() -> None:
    assert render("Completed", "yaml") == "Completed"


def test_a_table_shows_times_to_the_second() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=timezone.utc)
    for value in (at, "2026-01-02T03:04:05.678901Z"):
        assert "2026-01-02 03:04:05Z" in render([{"at": value}], "table") and "678901" in render([{"at": value}], "tsv")


def test_a_narrow_terminal_shows_the_id_whole_and_the_status_before_the_rest() -> None:
    names, widths = ["Run id", "Experiment name", "Status", "Start time utc", "Tags"], [36, 15, 9, 20, 40]
    assert fitting_columns(names, widths, 200) == [0, 1, 2, 3, 4]
    assert fitting_columns(names, widths, 80) == [0, 1, 2, 3]
    assert fitting_columns(names, widths, 50) == [0, 2]
    assert fitting_columns(names, widths, 20) == [0]


def test_where_only_the_id_fits_the_rest_of_a_row_stands_below_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    row = {"run_id": "r" * 32, "display_name": "a rather long name of a run, in words", "status": "Running", "tags": None}
    lines = render([row, {**row, "run_id": "s" * 32}], "table", list(row)).splitlines()
    assert lines[:4] == ["r" * 32, "  Display name: a rather long name of a", "    run, in words", "  Status: Running"]
    assert lines[4] == "s" * 32 and len(lines) == 8
    assert capsys.readouterr().err == ""


def test_a_long_word_of_a_stacked_row_keeps_to_the_width() -> None:
    lines = list(stacked(["Id", "Name"], ["i", "n" * 50], 40))
    assert max(map(len, lines)) == 40 and "".join(lines).count("n") == 50
