from __future__ import annotations

from tests.integration.conftest import experiment, project, workspace

__all__ = ["experiment", "project", "workspace"]
