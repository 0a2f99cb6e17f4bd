"""A script cannot tell that the launcher runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runyard.runner import launcher

LAUNCHER = launcher.__file__

SAME_AS_PYTHON = {
    "facts": "import sys, os\nprint(__name__, __file__, __spec__, __package__, sys.argv, sys.path, os.getcwd(), __doc__)",
    "annotations": "def f(x: int) -> str: ...\nprint(f.__annotations__)\ny: 'int' = 3\nprint(__annotations__)",
    "exit code": "import sys\nsys.exit(7)",
    "exit text": "import sys\nsys.exit('over and out')",
    "exit nothing": "raise SystemExit",
    "exception": "def f():\n    1 / 0\ntry:\n    f()\nexcept Exception as error:\n    raise ValueError('boo ü') from error",
    "syntax error": "x = (\nprint('no')",
    "indentation error": "if 1:\nprint('no')",
    "interrupt": "raise KeyboardInterrupt",
    "own hook": "import sys\nsys.excepthook = lambda kind, error, trace: print(kind, trace.tb_lineno)\nraise ValueError('x')",
    "thread after the end": (
        "import threading, time, pickle, sys\nclass A: pass\n"
        "def late():\n    time.sleep(0.1); print(pickle.loads(pickle.dumps(A())).__class__, sys.modules['__main__'].A is A)\n"
        "threading.Thread(target=late).start()"
    ),
    "exit handler": "import atexit\n@atexit.register\ndef bye():\n    print('bye', K)\nK = 3\nraise ValueError('x')",
    "killed": "import os, signal\nprint('a', flush=True)\nos.kill(os.getpid(), signal.SIGTERM)",
    "signals": "import signal\nprint([(n, str(signal.getsignal(n))) for n in signal.valid_signals() if n != signal.SIGINT])",
    "forked child that fails": (
        "import os, sys\nif os.fork() == 0:\n    raise ValueError('in the child')\nos.wait()\nprint('parent goes on')"
    ),
    "own tokenize": "from tokenize import MINE\nprint(MINE)\nraise ValueError('x')",
    "own json": "import json\nprint(json.MINE)\nimport sibling\nprint(sibling.__name__)",
    "future": "from __future__ import annotations\nprint(1)",
    "latin": "# coding: latin-1\nprint('\xe9')",
}
"""Scripts whose output and exit code must be those of plain Python."""


def run(*command: str, cwd: Path, error_file: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    if error_file is not None:
        environment["RUNYARD_ERROR_FILE"] = str(error_file)
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, encoding="utf-8"
    )


def noted(tmp_path: Path, script: str) -> dict[str, Any] | None:
    (tmp_path / "train.py").write_text(script)
    run(LAUNCHER, "train.py", cwd=tmp_path, error_file=tmp_path / "error.json")
    return json.loads((tmp_path / "error.json").read_text()) if (tmp_path / "error.json").exists() else None


def test_a_script_that_fills_the_disk_can_still_say_so(tmp_path: Path) -> None:
    # The limit stands for a full disk: no file can grow beyond what the launcher has taken before.
    script = (
        "import os, resource\n"
        "room = os.stat('error.json.part').st_blocks * 512\n"
        "assert room >= 32768, room\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (32768, 32768))\n"
        "raise OSError(28, 'No space left on device: ' + '\\u00fc' * 100_000)"
    )
    found = noted(tmp_path, script)
    assert found is not None and found["type"] == "OSError"
    assert found["message"].startswith("[Errno 28] No space left") and "line 5" in found["traceback"]
    assert not (tmp_path / "error.json.part").exists()


@pytest.mark.parametrize("name", SAME_AS_PYTHON)
def test_a_script_behaves_as_under_plain_python(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    encoding = "latin-1" if name == "latin" else "utf-8"
    (folder / "train.py").write_text(SAME_AS_PYTHON[name], encoding=encoding)
    (folder / "sibling.py").write_text("")
    if name.startswith("own "):
        (folder / f"{name.removeprefix('own ')}.py").write_text("MINE = 1")
    launched = run(LAUNCHER, "sub/train.py", "--a", "b c", cwd=tmp_path, error_file=tmp_path / "error.json")
    plain = run("sub/train.py", "--a", "b c", cwd=tmp_path)
    assert (launched.stdout, launched.stderr, launched.returncode) == (plain.stdout, plain.stderr, plain.returncode)


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_worker_processes_find_the_classes_of_the_script(tmp_path: Path, method: str) -> None:
    (tmp_path / "train.py").write_text(
        "import multiprocessing as mp\n"
        "class Point:\n    def __init__(self, x): self.x = x\n"
        "def double(point): return Point(point.x * 2)\n"
        "if __name__ == '__main__':\n"
        f"    with mp.get_context('{method}').Pool(1) as pool:\n"
        "        print([point.x for point in pool.map(double, [Point(1), Point(2)])])\n"
    )
    launched = run(LAUNCHER, "train.py", cwd=tmp_path)
    assert (launched.stdout, launched.stderr) == ("[2, 4]\n", "")


def test_a_line_is_written_when_it_ends(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import os\nprint('one')\nos._exit(0)\n")
    assert run(LAUNCHER, "train.py", cwd=tmp_path).stdout == "one\n"


def test_an_exception_is_noted_with_type_message_and_traceback(tmp_path: Path) -> None:
    error = noted(tmp_path, "import json\ndef load():\n    json.loads('{')\nload()\n")
    assert error is not None
    assert error["type"] == "json.decoder.JSONDecodeError"
    assert error["message"].startswith("Expecting property name")
    assert error["traceback"].startswith('Traceback (most recent call last):\n  File "')
    assert "in load" in error["traceback"]
    assert "launcher" not in error["traceback"]


def test_a_class_of_the_script_is_named_without_a_module(tmp_path: Path) -> None:
    error = noted(tmp_path, "class Odd(Exception): pass\nraise Odd('very')\n")
    assert error is not None and error["type"] == "Odd"


def test_a_missing_module_is_noted_by_name(tmp_path: Path) -> None:
    error = noted(tmp_path, "import nothing_of_that_name.sub\n")
    assert error is not None and error["module"] == "nothing_of_that_name"


def test_the_text_of_an_exit_is_noted(tmp_path: Path) -> None:
    error = noted(tmp_path, "import sys\nsys.exit('no data')\n")
    assert error is not None and (error["type"], error["message"]) == ("SystemExit", "no data")


@pytest.mark.parametrize("script", ["pass", "import sys; sys.exit(3)", "import os; os._exit(4)"])
def test_nothing_is_noted_without_an_exception(tmp_path: Path, script: str) -> None:
    assert noted(tmp_path, script) is None


def test_a_forked_child_does_not_note_its_exception(tmp_path: Path) -> None:
    assert noted(tmp_path, "import os\nif os.fork() == 0:\n    raise ValueError('child')\nos.wait()\n") is None


def test_an_exception_whose_text_fails_is_noted_all_the_same(tmp_path: Path) -> None:
    error = noted(tmp_path, "class Bad(Exception):\n    def __str__(self): return 1 / 0\nraise Bad\n")
    assert error is not None and "division by zero" in error["message"]


def test_a_traceback_is_noted_though_a_module_of_the_script_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "tokenize.py").write_text("MINE = 1")
    error = noted(tmp_path, "import tokenize\ndef f():\n    raise ValueError('boo')\nf()\n")
    assert error is not None
    assert "in f\nValueError: boo" in error["traceback"]


def test_a_hook_of_the_script_that_fails_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import sys\nsys.excepthook = lambda *a: 1 / 0\nraise ValueError('boo')")
    launched = run(LAUNCHER, "train.py", cwd=tmp_path)
    assert "Error in sys.excepthook" in launched.stderr
    assert launched.stderr.endswith("ValueError: boo\n")


def test_endless_recursion_is_noted(tmp_path: Path) -> None:
    error = noted(tmp_path, "def f(n):\n    return f(n + 1)\nf(0)")
    assert error is not None
    assert error["type"] == "RecursionError"
    assert len(error["traceback"]) < 3000


def test_a_huge_message_is_shortened(tmp_path: Path) -> None:
    error = noted(tmp_path, "raise ValueError('x' * 10_000_000)\n")
    assert error is not None and len(error["message"]) < 300_000


def test_the_script_does_not_see_where_its_error_goes(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import os\nprint([name for name in os.environ if 'ERROR_FILE' in name])")
    assert run(LAUNCHER, "train.py", cwd=tmp_path, error_file=tmp_path / "error.json").stdout == "[]\n"


def test_an_error_file_that_cannot_be_written_does_not_hide_the_error(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("raise ValueError('boo')")
    launched = run(LAUNCHER, "train.py", cwd=tmp_path, error_file=tmp_path / "missing" / "error.json")
    assert launched.returncode == 1
    assert "could not be noted" in launched.stderr
    assert launched.stderr.endswith("ValueError: boo\n")


def test_modules_of_the_runner_are_out_of_the_scripts_reach(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import process_tree")
    assert "No module named 'process_tree'" in run(LAUNCHER, "train.py", cwd=tmp_path).stderr
