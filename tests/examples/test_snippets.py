"""The Python in the documents runs as it is written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server_process import RunningServer

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
SNIPPETS = [
    pytest.param(snippet, id=f"{document.relative_to(ROOT)}:{number}")
    for document in DOCUMENTS
    for number, snippet in enumerate(re.findall(r"^```python\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL), 1)
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs(server: RunningServer, tmp_path: Path, snippet: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "train.py").write_text("import sys\nprint(sys.argv)\n")
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
