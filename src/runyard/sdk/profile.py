"""Profiles: the servers that a user has signed in to, with their tokens, in one private file of the home folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runyard.client.embedded import home_folder
from runyard.errors import ConfigurationError, InvalidArgumentError

PROFILE_FILE = "profiles.json"
LOCAL = "local"
"""The name that stands for the embedded server of this machine, which needs no profile."""

_NAME = re.compile(r"[A-Za-z0-9][\w.\-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A server and the token for it. ``workspace`` is the one that is meant where nothing else names one."""

    name: str
    url: str
    token: str = field(repr=False)
    user: str | None = None
    workspace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """All profiles by name. ``current`` is used where none is named; None is the embedded server of this machine."""

    current: str | None = None
    by_name: Mapping[str, Profile] = field(default_factory=dict)

    def get(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            ConfigurationError: there is none.
        """
        if name not in self.by_name:
            known = ", ".join([LOCAL, *sorted(self.by_name)])
            raise ConfigurationError(
                f"There is no profile {name!r}. There are: {known}. Make one with: runyard login URL --profile {name}",
                profile=name,
            )
        return self.by_name[name]

    def for_url(self, url: str) -> Profile | None:
        """Return a profile of the server at that address; the current one before others."""
        found = [each for each in self.by_name.values() if each.url.rstrip("/") == url.rstrip("/")]
        return next((each for each in found if each.name == self.current), found[0] if found else None)


def profile_path() -> Path:
    """Return where the profiles are kept; the file need not exist."""
    return home_folder() / PROFILE_FILE


def read_profiles(path: Path | None = None) -> Profiles:
    """Return what the file holds; nothing when there is none.

    Raises:
        ConfigurationError: it cannot be read, is not what it should be, or others can read it.
    """
    file = path or profile_path()
    try:
        with file.open(encoding="utf-8") as opened:
            if os.name == "posix" and os.fstat(opened.fileno()).st_mode & 0o077:
                raise ConfigurationError(
                    f"{file} holds tokens, and others on this machine can read it. Close it with: chmod 600 {file}",
                    path=str(file),
                )
            return _parsed(json.load(opened))
    except ConfigurationError:
        raise  # a ValueError too, but not one that says the file is damaged
    except FileNotFoundError:
        return Profiles()
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read ({error.strerror}). Set RUNYARD_HOME to a folder of your own.", path=str(file)
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{file} is damaged ({error}). Remove it and sign in again with: runyard login URL", path=str(file)
        ) from error


def write_profiles(profiles: Profiles, path: Path | None = None) -> None:
    """Put the profiles in place of the file, readable by its owner only; a reader sees the old file or the new one.

    Raises:
        ConfigurationError: it cannot be written.
    """
    file = path or profile_path()
    kept = {
        each.name: {"url": each.url, "token": each.token, "user": each.user, "workspace": each.workspace}
        for each in profiles.by_name.values()
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".profiles-", dir=file.parent)  # made with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                json.dump({"current": profiles.current, "profiles": kept}, opened, indent=2)
                opened.flush()
                os.fsync(opened.fileno())
            Path(name).replace(file)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror}).", path=str(file)) from error


def require_profile_name(name: str) -> str:
    """Return ``name``, or raise :class:`InvalidArgumentError` when it cannot name a profile."""
    if name == LOCAL or not _NAME.fullmatch(name):
        raise InvalidArgumentError(
            f"{name!r} cannot name a profile. Use 1 to 64 letters, digits, '-', '_' or '.'; {LOCAL!r} means this machine."
        )
    return name


def _parsed(data: Any) -> Profiles:
    found = {
        name: Profile(
            name=name,
            url=str(kept["url"]),
            token=str(kept["token"]),
            user=kept.get("user"),
            workspace=kept.get("workspace"),
        )
        for name, kept in data["profiles"].items()
    }
    return Profiles(current=data["current"] if data["current"] in found else None, by_name=found)
