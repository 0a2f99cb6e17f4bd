"""A real container engine for tests, with an image that has nothing in it but links to the machine's own /usr."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

IMAGE = "localhost/runyard-test:1"

# Machines for builds are often containers themselves: no new limits, no cgroups of the kind that the default runtime wants.
_CONTAINERS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
_STORAGE = '[storage]\ndriver = "vfs"\nrunroot = "{0}/run"\ngraphroot = "{0}/graph"\n'


@dataclass(frozen=True)
class TestEngine:
    """An engine that runs containers on this machine. ``variables`` are what its program needs."""

    __test__ = False

    program: str
    variables: dict[str, str]

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands."""
        return subprocess.run(
            [self.program, *arguments],
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def mounts() -> list[str]:
    """Return the arguments that bring this Python, with all that the tests have installed, into a container."""
    folders = dict.fromkeys(["/usr", sys.base_prefix, sys.prefix])
    return [part for folder in folders for part in ("--volume", f"{folder}:{folder}:ro")]


def find_test_engine(folder: Path) -> TestEngine | str:
    """Return an engine that has :data:`IMAGE` and has run it; else why there is none, in words."""
    said = []
    for engine in _candidates(folder):
        imported = engine.call("import", str(_root_folder(folder)), IMAGE)
        probe = engine.call("run", "--rm", "--network", "host", "--init", *mounts(), IMAGE, sys.executable, "-c", "print(6 * 7)")
        if imported.returncode == 0 and probe.stdout.strip() == "42":
            return engine
        said.append(f"{engine.program}: {(imported.stderr + probe.stderr).strip()[-300:]}")
    return "; ".join(said) or "neither docker nor podman is installed"


def _candidates(folder: Path) -> list[TestEngine]:
    found = []
    docker, podman = shutil.which("docker"), shutil.which("podman")
    if docker is not None and subprocess.run([docker, "version"], capture_output=True, timeout=60, check=False).returncode == 0:
        found.append(TestEngine(docker, {}))
    for runtime in ("crun", "runc") if podman is not None else ():
        if shutil.which(runtime) is None:
            continue
        place = folder / runtime
        place.mkdir()
        (place / "containers.conf").write_text(f'{_CONTAINERS}runtime = "{runtime}"\n')
        (place / "storage.conf").write_text(_STORAGE.format(place))
        files = {"CONTAINERS_CONF": place / "containers.conf", "CONTAINERS_STORAGE_CONF": place / "storage.conf"}
        found.append(TestEngine(str(podman), {name: str(path) for name, path in files.items()}))
    return found


def _root_folder(folder: Path) -> Path:
    """Return a tar file of a root folder: empty, with links into /usr, as Debian and others have them."""
    path = folder / "root.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("usr", "proc", "sys", "dev", "etc", "tmp", "run"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(entry)
        for name in ("bin", "lib", "lib64", "sbin"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, f"usr/{name}"
            tar.addfile(entry)
        content = b"root:x:0:0:root:/:/bin/sh\n"
        entry = tarfile.TarInfo("etc/passwd")
        entry.size = len(content)
        tar.addfile(entry, BytesIO(content))
    return path
