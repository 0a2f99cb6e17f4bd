from __future__ import annotations

from tests.integration.conftest import experiment, workspace

__all__ = ["experiment", "workspace"]
