from __future__ import annotations

import subprocess
import sys

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
