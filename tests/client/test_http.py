from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runyard.client.http import new_client
from runyard.errors import TransportError

PROGRAM = """
import sys
from runyard.client.http import load_httpx
httpx = load_httpx()
assert httpx.Client
assert "httpx._main" not in sys.modules
print(sorted(name for name in ("click", "rich", "pygments") if name in sys.modules))
"""


def test_httpx_is_loaded_without_its_command_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ALL_PROXY", "carrier-pigeon://host"), ("https_proxy", "http://host:port"), ("SSL_CERT_FILE", "/there/is/no.pem")],
)
def test_an_environment_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(TransportError, match=f"{variable}.* cannot be"):
        new_client(1.0, 1.0, is_local=False)


def test_no_proxy_at_all_is_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "carrier-pigeon://host")
    monkeypatch.setenv("NO_PROXY", "*")
    new_client(1.0, 1.0, is_local=False).close()


def test_the_certificates_of_the_environment_count_on_this_machine_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "broken.pem"))
    with pytest.raises(TransportError, match="SSL_CERT_FILE"):
        new_client(1.0, 1.0, is_local=True)
