"""The ignore rules agree with git itself, on random trees."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from runyard.client.snapshot_builder import look_at

TREES = 300
NAMES = [
    "a",
    "b",
    "foo",
    "bar",
    "build",
    "x.py",
    "y.log",
    "data.csv",
    "keep.log",
    "#odd",
    "!odd",
    "sp ace",
    "end ",
    "[b]",
    "A",
    "été",
    "日本.csv",
    "back\\slash",
    "*star",
]
PARTS = [
    "a",
    "b",
    "foo",
    "bar",
    "build",
    "*.log",
    "*.py",
    "x.*",
    "?",
    "[ab]",
    "[!a]",
    "**",
    "data.csv",
    "keep.log",
    "sp ace",
    "f*",
    "[a-c]*",
    "[!a-m]oo",
    "[^b]*",
    "[]a]",
    "[[:alpha:]]",
    "[[:digit:]a-f]*",
    "[b-]*",
    r"\[b\]",
    r"[\[]*",
    r"\*star",
    r"\\*",
    r"back\\slash",
    r"fo\o",
    r"sp\ ace",
    r"end\ ",
    "é*",
    "日*",
    "***",
    "a**",
    "**b",
    "*.*",
]
ODD_LINES = [
    "",
    "# a remark",
    r"\#odd",
    r"\!odd",
    r"\[b]",
    "!",
    "/",
    "//",
    "**/",
    "/**",
    "a/**/b",
    "**/foo/**",
    "\t",
    "a\\",
    "[a",
    "[",
    "[]",
    "[!]",
]


def rule(chance: random.Random) -> str:
    """Return one line of an ignore file."""
    text = "/".join(chance.choice(PARTS) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
    if chance.random() < 0.2:
        text = "/" + text
    if chance.random() < 0.25:
        text += "/"
    if chance.random() < 0.2:
        text = "!" + text
    if chance.random() < 0.05:
        text += "  "
    return chance.choice(ODD_LINES) if chance.random() < 0.15 else text


def make_tree(root: Path, chance: random.Random) -> None:
    """Fill ``root`` with folders, files and ignore files."""
    folders = [root]
    for _ in range(chance.randint(2, 7)):
        folder = chance.choice(folders) / chance.choice(NAMES)
        if not folder.exists() and len(folder.relative_to(root).parts) < 4:
            folder.mkdir()
            folders.append(folder)
    for _ in range(chance.randint(5, 25)):
        path = chance.choice(folders) / chance.choice(NAMES)
        if not path.exists():
            path.write_text("1")
    end = chance.choice(["\n", "\n", "\r\n", ""])
    (root / ".gitignore").write_bytes(("\n".join(rule(chance) for _ in range(chance.randint(1, 6))) + end).encode())
    for folder in folders[1:]:
        if chance.random() < 0.2:
            (folder / ".gitignore").write_text("\n".join(rule(chance) for _ in range(chance.randint(1, 3))) + "\n")


def make_repository(root: Path) -> None:
    """Make an empty repository without calling git: that would be another process a tree."""
    for folder in ("objects", "refs"):
        (root / ".git" / folder).mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")


def listed_by_git(root: Path) -> set[str]:
    """Return what git would take of ``root``."""
    command = ["git", "-c", "core.excludesFile=", "ls-files", "-co", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    return {name.decode() for name in done.stdout.split(b"\0") if name}


@pytest.mark.slow
def test_the_rules_agree_with_git_on_random_trees(tmp_path: Path) -> None:
    wrong = []
    left_out = 0
    for seed in range(TREES):
        root = tmp_path / str(seed)
        root.mkdir()
        make_tree(root, random.Random(seed))
        make_repository(root)
        ours = {file.path for file in look_at(root).files}
        theirs = listed_by_git(root)
        left_out += sum(1 for path in root.rglob("*") if path.is_file() and ".git" not in path.parts) - len(theirs)
        if ours != theirs:
            rules = {str(path.relative_to(root)): path.read_text() for path in root.rglob(".gitignore")}
            wrong.append((seed, sorted(ours - theirs), sorted(theirs - ours), rules))
    assert left_out > TREES, "the rules of the trees say too little"
    assert not wrong, f"{len(wrong)} of {TREES}; the first: {wrong[:3]}"
