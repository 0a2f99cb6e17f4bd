"""The parameters of a run: what its script was given on the command line."""

from __future__ import annotations

import re
from typing import Any

from runyard.domain.run import KEY_MAX_CHARS, VALUE_MAX_CHARS

PARAMETERS_MAX = 1000

_OPTION = re.compile(r"--?[A-Za-z_][^=\s]*", re.ASCII)


def run_parameters(definition: dict[str, Any] | None) -> dict[str, str | None]:
    """Return the parameters of a run by name; none for an interactive run.

    They are read from the argument list of a run's definition: ``--lr 0.1`` and ``--lr=0.1`` are both ``lr`` = ``0.1``; an option
    that no value follows is there without a value. Of an option that is given twice the last one counts, as with argparse.
    Arguments without a name are left out, and so is what passes the limits of a tag.
    """
    spec = (definition or {}).get("spec")
    arguments = spec.get("arguments") if isinstance(spec, dict) else None
    if not isinstance(arguments, list):
        return {}
    found: dict[str, str | None] = {}
    texts = [str(argument) for argument in arguments]
    for place, text in enumerate(texts):
        option, equals, value = text.partition("=")
        if not _OPTION.fullmatch(option):
            continue
        name = option.lstrip("-")
        following = texts[place + 1] if place + 1 < len(texts) else None
        if not equals and (following is None or _OPTION.fullmatch(following.partition("=")[0])):
            found[name] = None
        else:
            found[name] = value if equals else following
    return {name: value for name, value in list(found.items())[:PARAMETERS_MAX] if _fits(name, value)}


def _fits(name: str, value: str | None) -> bool:
    return len(name) <= KEY_MAX_CHARS and len(value or "") <= VALUE_MAX_CHARS and "\0" not in name + (value or "")
