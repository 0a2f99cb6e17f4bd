from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from runyard.client.ignore_rules import IgnoreRules, rule_for
from runyard.client.snapshot_builder import look_at

_NAMES = ["a", "b", "data", "build", "x.py", "y.txt", "z.log", "keep.log", ".hidden", "with space"]
_PATTERNS = [
    "*.log",
    "!keep.log",
    "/build",
    "build/",
    "data/*",
    "!data/x.py",
    "a/**",
    "**/b",
    "a/**/z.log",
    "[xy].*",
    "# comment",
    "",
    r"\#not",
    "with space",
    "trailing ",
    "/a/b",
    "!b/",
    "?.py",
    "*",
    "!*/",
    "!*.py",
]


def write(root: Path, path: str, content: str = "x") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)


def stored(root: Path) -> list[str]:
    return [file.path for file in look_at(root).files]


def test_everything_is_stored_without_a_file_of_rules_except_git(tmp_path: Path) -> None:
    for path in ("train.py", "a/b.txt", ".git/config", ".hidden", ".azureml/config.json", "sub/.git/x"):
        write(tmp_path, path)
    assert stored(tmp_path) == [".azureml/config.json", ".hidden", "a/b.txt", "train.py"]


def test_virtual_environments_are_not_stored_whatever_the_rules_say(tmp_path: Path) -> None:
    for path in (".venv/pyvenv.cfg", ".venv/lib/x.py", "a/env/pyvenv.cfg", "a/env/bin/activate", "a/x.py", "train.py"):
        write(tmp_path, path)
    assert stored(tmp_path) == ["a/x.py", "train.py"]
    write(tmp_path, ".gitignore", "!.venv\n")
    assert stored(tmp_path) == [".gitignore", "a/x.py", "train.py"]


@pytest.mark.parametrize(
    ("present", "used"),
    [
        ([".gitignore"], ".gitignore"),
        ([".gitignore", ".amlignore"], ".amlignore"),
        ([".gitignore", ".amlignore", ".runyardignore"], ".runyardignore"),
        ([], ".gitignore"),
    ],
)
def test_one_kind_of_file_is_used_and_they_are_not_merged(tmp_path: Path, present: list[str], used: str) -> None:
    for name in present:
        write(tmp_path, name, f"only-{name}\n")
        write(tmp_path, f"only-{name}")
    rules = IgnoreRules(tmp_path)
    assert rules.file_name == used
    left_out = [name for name in present if rules.leaves_out(f"only-{name}", is_folder=False)]
    assert left_out == [name for name in present if name == used]


def test_the_ignore_file_itself_and_the_config_folders_are_stored(tmp_path: Path) -> None:
    write(tmp_path, ".amlignore", "*.csv\n")
    write(tmp_path, "big.csv")
    write(tmp_path, ".runyard/config.json")
    assert stored(tmp_path) == [".amlignore", ".runyard/config.json"]


def test_a_folder_that_ignores_itself_is_left_out_without_rules_at_the_top(tmp_path: Path) -> None:
    write(tmp_path, ".venv/.gitignore", "*\n")
    write(tmp_path, ".venv/lib/big.so")
    write(tmp_path, "train.py")
    assert stored(tmp_path) == ["train.py"]


def test_a_folder_whose_contents_are_left_out_is_still_looked_into_for_exceptions(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", "data/*\n!data/small.csv\n")
    write(tmp_path, "data/small.csv")
    write(tmp_path, "data/big.csv")
    assert stored(tmp_path) == [".gitignore", "data/small.csv"]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("seed", range(40))
def test_the_rules_mean_what_they_mean_to_git(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folders = ["", *_some_folders(chance)]
    for folder in folders:
        for name in chance.sample(_NAMES, 5):
            path = tmp_path / folder / name
            if not path.exists() and not any(parent.is_file() for parent in path.parents):
                write(tmp_path, f"{folder}/{name}".lstrip("/"))
    for folder in [f for f in folders if chance.random() < 0.5]:
        if (tmp_path / folder).is_dir():
            lines = chance.sample(_PATTERNS, chance.randint(1, 6))
            write(tmp_path, f"{folder}/.gitignore".lstrip("/"), "\n".join(lines) + "\n")
    assert stored(tmp_path) == _as_git_lists(tmp_path)


def _some_folders(chance: random.Random) -> list[str]:
    parts = ["a", "b", "data", "build"]
    return ["/".join(chance.choices(parts, k=chance.randint(1, 3))) for _ in range(6)]


def _as_git_lists(root: Path) -> list[str]:
    git = ["git", "-c", "core.excludesFile=/dev/null", "-C", str(root)]
    subprocess.run([*git, "init", "-q"], check=True, capture_output=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    ).stdout
    return sorted(path for path in listed.split("\0") if path)


@pytest.mark.parametrize(
    "name", ["data.bin", "sub/data.bin", "#odd", "!odd", "a*b", "[x].bin", "back\\slash", "end ", "a b", "été"]
)
def test_the_rule_that_an_error_names_leaves_out_that_file_and_no_other(tmp_path: Path, name: str) -> None:
    for each in (name, "other/" + name, "a1b", "x.bin", "kept"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("1")
    before = {file.path for file in look_at(tmp_path).files}
    (tmp_path / ".runyardignore").write_text(rule_for(name) + "\n")
    after = {file.path for file in look_at(tmp_path).files}
    assert before - after == {name}
