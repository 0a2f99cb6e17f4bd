"""Finds ``azureml`` and the modules below it, after everything else on the import path has been asked."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from runyard.compat.azureml.names import FAMILIES, NOT_SERVED, SERVED, instead_of
from runyard.compat.azureml.unsupported import unsupported

_ROOT = "azureml"


class StandIn(ModuleType):
    """A module of the stand-in; its names are loaded when they are first used."""

    def __getattr__(self, name: str) -> Any:
        value = _value(self.__name__, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *SERVED.get(self.__name__, {}), *NOT_SERVED.get(self.__name__, ())})


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes the modules of the tables in ``names``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module of the stand-in; None for every other, and below a real ``azureml``."""
        if fullname != _ROOT and not isinstance(sys.modules.get(_ROOT), StandIn):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if _is_known(fullname) else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return an empty module."""
        return StandIn(spec.name, "Runyard's stand-in for a module of the Azure ML SDK.")

    def exec_module(self, module: ModuleType) -> None:
        """Name what ``from module import *`` gives: what Runyard serves."""
        module.__dict__["__all__"] = sorted(SERVED.get(module.__name__, {}))


def install() -> None:
    """Have ``import azureml`` find the stand-in where the real package is not installed. A second call changes nothing."""
    if not any(isinstance(each, StandInFinder) for each in sys.meta_path):
        sys.meta_path.append(StandInFinder())


def stand_in(name: str) -> ModuleType:
    """Return the stand-in's module ``name``, not yet in ``sys.modules``."""
    finder = StandInFinder()
    spec = importlib.machinery.ModuleSpec(name, finder, is_package=True)
    module = importlib.util.module_from_spec(spec)
    finder.exec_module(module)
    return module


def _is_known(module: str) -> bool:
    if (
        module in SERVED
        or module in NOT_SERVED
        or any(each.startswith(module + ".") for each in (*SERVED, *NOT_SERVED, *FAMILIES))
    ):
        return True
    return _is_in_family(module)


def _is_in_family(module: str) -> bool:
    return any(module == family or module.startswith(family + ".") for family in FAMILIES)


def _value(module: str, name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    where = SERVED.get(module, {}).get(name)
    if where is not None:
        source, _, attribute = where.partition(":")
        return getattr(importlib.import_module(source), attribute)
    if name in NOT_SERVED.get(module, ()):
        return unsupported(module, name, instead_of(module, name))
    if not _is_in_family(module) and _is_known(f"{module}.{name}"):
        return importlib.import_module(f"{module}.{name}")
    if _is_in_family(module) and module not in SERVED and module not in NOT_SERVED:
        return unsupported(module, name, instead_of(module, name))
    raise AttributeError(f"module {module!r} has no attribute {name!r}")
