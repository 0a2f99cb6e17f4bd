"""Lets scripts written for the Azure ML SDK v1 run on Runyard: ``from azureml.core import Run`` gives Runyard's ``Run``.

Importing this module is enough. In a submitted script and under ``runyard exec`` it is in force by itself, in the script's child
processes too. Where the real package is installed, the real one is used.

Names that Runyard does not serve can be imported; they raise NotSupportedError, which names them, when they are used.
"""

from __future__ import annotations

from runyard.compat.azureml.finder import install

install()
