"""Which files of a source folder belong to its snapshot."""

from __future__ import annotations

import os
from pathlib import Path

from runyard.client.ignore_pattern import IgnorePattern, read_patterns
from runyard.errors import SnapshotError

IGNORE_FILES = (".runyardignore", ".amlignore", ".gitignore")
"""The first that the source folder has is used; they are not merged."""

NEVER_STORED = frozenset({".git"})

VENV_MARK = "pyvenv.cfg"
"""A folder with this file is a virtual environment: it works at its own place only, so no snapshot holds it."""


class IgnoreRules:
    """The rules of one source folder, with the meaning that git gives to ``.gitignore``.

    The kind of file that is found in the source folder itself is read in every folder below, as git does; a rule counts from its
    folder down, and the deepest rule that matches decides. A folder that is left out is not looked into, so nothing in it can
    come back. Where the source folder has no such file, ``.gitignore`` files below it still count: caches carry one.
    Virtual environments are left out whatever the rules say.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.file_name = next((name for name in IGNORE_FILES if (root / name).is_file()), IGNORE_FILES[-1])
        self._filters: dict[str, list[IgnorePattern]] = {}

    @property
    def exists(self) -> bool:
        """True when the source folder itself has a file of rules."""
        return (self._root / self.file_name).is_file()

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """True when ``path``, relative to the source folder and with forward slashes, is left out."""
        parts = path.split("/")
        if parts[-1] in NEVER_STORED or (is_folder and (self._root / path / VENV_MARK).is_file()):
            return True
        for depth in range(len(parts) - 1, -1, -1):
            rules = self._rules_of("/".join(parts[:depth]))
            if rules:
                name = os.fsencode("/".join(parts[depth:]))
                for pattern in reversed(rules):
                    if pattern.matches(name, is_folder):
                        return pattern.is_exclude
        return False

    def _rules_of(self, folder: str) -> list[IgnorePattern]:
        if folder not in self._filters:
            self._filters[folder] = self._read(self._root / folder / self.file_name)
        return self._filters[folder]

    def _read(self, path: Path) -> list[IgnorePattern]:
        if not path.is_file():
            return []
        try:
            return list(read_patterns(path.read_bytes()))
        except OSError as error:
            raise SnapshotError(
                f"{path} cannot be read ({error.strerror}). Make it readable, or remove it.", path=str(path)
            ) from error


def rule_for(path: str) -> str:
    """Return the line of an ignore file that leaves out exactly this file of the source folder."""
    escaped = "".join(f"\\{char}" if char in "*?[\\" else char for char in path)
    return f"/{escaped[:-1]}\\ " if escaped.endswith(" ") else f"/{escaped}"
