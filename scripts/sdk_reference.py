"""The page of the Python SDK: signatures and docstrings of every public name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import runyard
import runyard.tensorboard
import runyard.widgets

MODULES = (runyard, runyard.widgets, runyard.tensorboard)
ROLE = re.compile(r":\w+:`~?(?:[\w.]+\.)?([\w]+)`")
SECTION = re.compile(r"^(Raises|Source|Shape|Units|Guarantees|Args|Returns):\s*(.*)$")


def sdk_reference(note: str) -> str:
    """Return the page."""
    parts = [
        note,
        "# Python SDK\n",
        "What `from runyard import …` gives, and the two packages beside it. Scripts for `azureml.core` find the same classes\n"
        "under their old names: [Bring scripts from Azure ML](../how-to/bring-azureml-scripts.md).\n"
        "Errors: [one tree](errors.md).\n",
    ]
    for module in MODULES:
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                parts += _entry(module.__name__, name, value)
    return "\n".join(parts)


def _entry(module: str, name: str, value: Any) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"```text\nfrom {module} import {name}\n{_shown(name, value)}\n```\n"
    yield _markdown(value.__doc__)
    if inspect.isclass(value):
        for member_name, member in _members(value):
            yield f"### {name}.{member_name}\n"
            if callable(_plain(member)):
                yield f"```text\n{_shown(f'{name}.{member_name}', _plain(member))}\n```\n"
            yield _markdown(inspect.getdoc(member))


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties of Runyard's own classes by name; what has no docstring is left out."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("runyard."):
            found.update(vars(base))
    for name in sorted(found):
        member = found[name]
        is_documented = isinstance(member, (property, staticmethod, classmethod)) or inspect.isfunction(member)
        if not name.startswith("_") and is_documented and inspect.getdoc(member):
            yield name, member


def _plain(member: Any) -> Any:
    return member.__func__ if isinstance(member, (staticmethod, classmethod)) else member


def _shown(name: str, value: Any) -> str:
    """Return a call as it is written: one line, or a parameter a line where it is long. Private parameters are left out."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return name
    parameters = [
        each for each in signature.parameters.values() if not each.name.startswith("_") and each.name not in ("self", "cls")
    ]
    shown = [_parameter(each) for each in parameters]
    if any(each.kind is inspect.Parameter.KEYWORD_ONLY for each in parameters) and not any(
        part.startswith("*") for part in shown
    ):
        first = next(index for index, each in enumerate(parameters) if each.kind is inspect.Parameter.KEYWORD_ONLY)
        shown.insert(first, "*")
    returns = signature.return_annotation
    end = "" if inspect.isclass(value) or returns is inspect.Signature.empty else f" -> {_annotation(returns)}"
    line = f"{name}({', '.join(shown)}){end}"
    return line if len(line) <= 100 else f"{name}(\n" + "".join(f"    {part},\n" for part in shown) + f"){end}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    annotation = "" if parameter.annotation is inspect.Parameter.empty else f": {_annotation(parameter.annotation)}"
    if parameter.default is inspect.Parameter.empty:
        return f"{stars}{parameter.name}{annotation}"
    default = repr(parameter.default)
    shown = default if "<" not in default else "..."
    return f"{parameter.name}{annotation} = {shown}" if annotation else f"{parameter.name}={shown}"


def _annotation(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _markdown(text: str | None) -> str:
    """Return a docstring as Markdown: code in single quotes, roles as names, the errors of ``Raises`` as a list."""
    lines: list[str] = []
    in_section = False
    for line in inspect.cleandoc(text or "").splitlines():
        section = SECTION.match(line)
        if section:
            in_section = True
            lines += ["", f"**{section[1]}**{' ' + section[2] if section[2] else ''}", ""]
        elif in_section and re.match(r"^ {4}\S", line):
            name, colon, rest = line.strip().partition(": ")
            lines.append(f"- `{name}`: {rest}" if colon else f"- {name}")
        else:
            in_section = in_section and (not line or line.startswith(" "))
            lines.append(line.strip() if in_section else line)
    return ROLE.sub(r"`\1`", "\n".join(lines)).replace("``", "`").strip() + "\n"
