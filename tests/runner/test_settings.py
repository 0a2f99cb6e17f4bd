"""What the engine must tell the runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.errors import ConfigurationError
from runyard.runner.settings import node_id, settings_from

GIVEN = {
    "RUNYARD_URL": "http://127.0.0.1:8600",
    "RUNYARD_WORKSPACE": "default",
    "RUNYARD_RUN_ID": "r1",
    "RUNYARD_RUN_TOKEN": "t",
    "RUNYARD_HOME": "/h",
}


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    settings = settings_from({**GIVEN, "RUNYARD_HEARTBEAT_S": "0.5", "RUNYARD_KEEP_WORK": "1"}, tmp_path)
    assert (settings.run_id, settings.home, settings.work) == ("r1", Path("/h"), tmp_path)
    assert (settings.heartbeat_s, settings.keep_work) == (0.5, True)


def test_a_cancelled_script_is_gone_within_ten_seconds_by_default(tmp_path: Path) -> None:
    settings = settings_from(GIVEN, tmp_path)
    assert settings.heartbeat_s + settings.grace_s <= 8


def test_missing_variables_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="RUNYARD_URL, RUNYARD_RUN_TOKEN"):
        settings_from({**GIVEN, "RUNYARD_URL": "", "RUNYARD_RUN_TOKEN": ""}, tmp_path)


@pytest.mark.parametrize("text", ["0", "-1", "soon", "nan", "inf"])
def test_an_interval_must_be_a_number_above_zero(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="RUNYARD_HEARTBEAT_S"):
        settings_from({**GIVEN, "RUNYARD_HEARTBEAT_S": text}, tmp_path)


def test_a_node_id_fits_in_a_file_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "my host/1.example")
    assert node_id() == "my-host-1.example"
