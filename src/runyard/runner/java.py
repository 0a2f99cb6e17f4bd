"""Java on this node, which Spark needs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from runyard.errors import ConfigurationError


def require_java(variables: Mapping[str, str]) -> str:
    """Return the path of ``java`` that a script with these variables finds.

    Raises:
        ConfigurationError: there is none.
    """
    home = variables.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin") if home else variables.get("PATH"))
    if found is None:
        where = f"below JAVA_HOME ({home})" if home else "on its PATH"
        raise ConfigurationError(
            f"This run asks for Spark, and this machine has no java {where}. Install it, such as with "
            "`apt-get install default-jre-headless`, or set JAVA_HOME."
        )
    return found
