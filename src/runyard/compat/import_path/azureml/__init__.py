"""The first thing that ``import azureml`` finds in a process that Runyard started.

It makes way for the real package where that is installed, and loads Runyard's stand-in else. The Python that runs this may be
an old one without Runyard: standard library only, nothing newer than Python 3.7.
"""

import importlib.machinery
import importlib.util
import os
import sys

_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def _become():  # type: ignore[no-untyped-def]
    elsewhere = [entry for entry in sys.path if os.path.abspath(entry or ".") != _FOLDER]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("azureml", elsewhere)
    if spec is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["azureml"] = module
        if spec.loader is not None:
            spec.loader.exec_module(module)
        return
    if importlib.util.find_spec("runyard") is None:
        raise ModuleNotFoundError(
            "No module named 'azureml'. Runyard stands in for it in environments with the package runyard: add it to this one.",
            name="runyard",
        )
    from runyard.compat.azureml import finder

    finder.install()
    sys.modules["azureml"] = finder.stand_in("azureml")


_become()
