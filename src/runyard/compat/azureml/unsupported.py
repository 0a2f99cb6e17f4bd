"""What a name of the Azure ML SDK is that Runyard does not serve: importable, and clear when it is used."""

from __future__ import annotations

from typing import Any, NoReturn

from runyard.errors import NotSupportedError
from runyard.sdk.not_offered import not_offered


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


def unsupported(module: str, name: str, instead: str) -> type:
    """Return the placeholder for ``name`` of the module ``module``; ``instead`` is a sentence that says what to do."""
    return _Unsupported(name, (), {"__module__": module, "__doc__": f"Not supported by Runyard. {instead}", "_instead": instead})


def _error(placeholder: type, attribute: str | None = None) -> NotSupportedError:
    name = f"{placeholder.__module__}.{placeholder.__name__}" + (f".{attribute}" if attribute else "")
    return not_offered(name, placeholder.__dict__["_instead"])
