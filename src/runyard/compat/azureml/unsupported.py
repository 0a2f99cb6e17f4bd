"""What a name of the Azure ML SDK is that Runyard does not serve: importable, and clear when it is used."""

from __future__ import annotations

from typing import Any, NoReturn

from runyard.errors import NotSupportedError

_WHERE_TO_LOOK = "The page 'Bring scripts from Azure ML' of the documentation lists what is served, and what to use instead."


class _Unsupported(type):
    """The class of the placeholders: calling one or reading an attribute raises; ``isinstance`` and annotations work."""

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise _error(cls)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        raise _error(cls, name)

    def __repr__(cls) -> str:
        return f"<{cls.__module__}.{cls.__name__}: not supported by Runyard>"


def unsupported(module: str, name: str) -> type:
    """Return the placeholder for ``name`` of the module ``module``."""
    return _Unsupported(name, (), {"__module__": module, "__doc__": f"Not supported by Runyard. {_WHERE_TO_LOOK}"})


def _error(placeholder: type, attribute: str | None = None) -> NotSupportedError:
    name = f"{placeholder.__module__}.{placeholder.__name__}" + (f".{attribute}" if attribute else "")
    return NotSupportedError(f"Runyard does not support {name}. {_WHERE_TO_LOOK}", name=name)
