"""A node without Java says so before Spark does."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.errors import ConfigurationError
from runyard.runner.java import require_java


def test_java_is_found_by_its_home_first_and_a_missing_one_is_a_clear_error(tmp_path: Path) -> None:
    program = tmp_path / "jdk" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    assert require_java({"JAVA_HOME": str(tmp_path / "jdk"), "PATH": "/nowhere"}) == str(program)
    assert require_java({"PATH": str(program.parent)}) == str(program)
    with pytest.raises(ConfigurationError, match="apt-get install default-jre-headless"):
        require_java({"PATH": str(tmp_path)})
    with pytest.raises(ConfigurationError, match="JAVA_HOME"):
        require_java({"JAVA_HOME": str(tmp_path), "PATH": str(program.parent)})
