"""What a submission stores in place of its secrets."""

from __future__ import annotations

import pytest

from runyard.domain.run import RunSpec
from runyard.errors import SnapshotError
from runyard.sdk import secret
from runyard.sdk.secret import Secrets

TOKEN = "ghp_" + "a1B2" * 9


def test_a_secret_has_one_reference_wherever_it_stands_and_the_same_each_time() -> None:
    spec = RunSpec(script="t.py", arguments=[f"--token={TOKEN}"])
    for _ in range(2):
        secrets = Secrets(spec)
        assert secrets.cover_source("a.py", f"x = '{TOKEN}'\ny = '{TOKEN}'".encode()) == (
            b"x = '${RUNYARD_SECRET_1}'\ny = '${RUNYARD_SECRET_1}'"
        )
        assert secrets.cover_source("b.py", b"token = 1") == b"token = 1"
        assert secrets.hidden(spec).arguments == ["--token=${RUNYARD_SECRET_1}"]
        assert secrets.variables == {"RUNYARD_SECRET_1": TOKEN, "RUNYARD_COVERED_FILES": '["a.py"]'}


def test_more_secrets_than_variables_can_carry_are_refused_with_the_files_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "REFERENCES_MAX", 2)
    urls = b"".join(b"http://user:password-%d@host/ " % n for n in range(3))
    with pytest.raises(SnapshotError, match=r"data\.csv.*runyardignore"):
        Secrets(RunSpec()).cover_source("data.csv", urls)


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        (RunSpec(script="t.py", arguments=["--db-password", "correct horse"]), ["--db-password", "${RUNYARD_SECRET_1}"]),
        (RunSpec(script="t.py", arguments=["--db-password=correct horse"]), ["--db-password=${RUNYARD_SECRET_1}"]),
        (RunSpec(command="python t.py --db-password 'correct horse' -x"), 'eval "$RUNYARD_SECRET_1"'),
    ],
)
def test_the_value_of_a_sensitive_option_is_not_stored_and_the_script_gets_it(spec: RunSpec, shown: object) -> None:
    secrets = Secrets(spec)
    hidden = secrets.hidden(spec)
    assert shown in (hidden.arguments, hidden.command)
    assert secrets.variables["RUNYARD_SECRET_1"] in ("correct horse", spec.command)
    assert secrets.redactor.text("it is correct horse") == "it is ***"
