"""Nothing that a script has started gets out of sight."""

from __future__ import annotations

import os
import subprocess

import psutil
import pytest

from runyard.runner.process_tree import ProcessTree
from tests.runner.builders import until


def test_a_process_whose_parent_ends_while_it_is_looked_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ProcessTree()
    parent = subprocess.Popen(["sh", "-c", "sleep 60 & wait"], start_new_session=True)
    tree.started(parent.pid)
    until(lambda: psutil.Process(parent.pid).children(), "the child")
    (child,) = psutil.Process(parent.pid).children()
    look = psutil.Process.children

    def children(process: psutil.Process, recursive: bool = False) -> list[psutil.Process]:
        found = look(process, recursive)
        if process.pid == os.getpid():
            parent.kill()
            parent.wait()
        return found

    monkeypatch.setattr(psutil.Process, "children", children)
    assert child in tree.note_members()
    child.kill()
