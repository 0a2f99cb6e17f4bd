"""Other trackers beside ours: the same loop of calls, each tracker in a virtual environment of its own.

Each program below logs one number at a time and prints three figures: p50 and p99 of a call in nanoseconds, and the seconds from
the first call until all points are where the tracker keeps them, with the tracker's own way to wait for that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.place import Place
from benchmarks.row import Row, WrongResultError

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "runyard-benchmarks"

TIMEOUT_S = 600

_LOOP = """
import sys, time
count = int(sys.argv[1])
{start}
clock = time.perf_counter_ns
times = []
began = time.perf_counter()
for step in range(count):
    before = clock()
    {log}
    times.append(clock() - before)
{finish}
spent = time.perf_counter() - began
times.sort()
print("FIGURES", times[count // 2], times[count * 99 // 100], spent)
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A tracker: what to install, its three pieces of the loop, and how many points it can be asked for in a short time."""

    name: str
    packages: tuple[str, ...]
    start: str
    log: str
    finish: str
    points: int = 10_000
    rounds: int | None = None


RUNYARD = Peer(
    "Runyard",
    (),
    'import runyard; e = runyard.Experiment(runyard.Workspace.from_config(), "peers"); '
    'run = e.start_logging(outputs=None, snapshot_directory=None); run.log("x", 0.0)',
    'run.log("x", 0.5, step=step)',
    "run.flush()",
    points=100_000,
)

PEERS = [
    Peer(
        "tensorboardX",
        ("tensorboardX",),
        'from tensorboardX import SummaryWriter; w = SummaryWriter("tb")',
        'w.add_scalar("x", 0.5, step)',
        "w.flush(); w.close()",
    ),
    Peer(
        "Trackio",
        ("trackio",),
        'import trackio; trackio.init(project="peers", embed=False)',
        'trackio.log({"x": 0.5}, step=step)',
        "trackio.finish()",
        points=2_000,
    ),
    Peer(
        "W&B, offline",
        ("wandb",),
        'import os; os.environ["WANDB_MODE"] = "offline"; os.environ["WANDB_SILENT"] = "true"; import wandb; '
        'run = wandb.init(project="peers")',
        'run.log({"x": 0.5}, step=step)',
        "run.finish()",
    ),
    Peer(
        "MLflow, SQLite file, no server",
        ("mlflow",),
        'import mlflow; mlflow.set_tracking_uri("sqlite:///mlflow.db"); mlflow.set_experiment("peers"); mlflow.start_run()',
        'mlflow.log_metric("x", 0.5, step=step)',
        "mlflow.end_run()",
        points=300,  # 60 ms each; before them it makes its database, for half a minute on a busy machine
        rounds=3,
    ),
]


def rows(*, quick: bool) -> Iterator[Row]:
    """Yield two rows a tracker, ours first. One that cannot be installed is named and left out."""
    place = Place()
    try:
        yield from _rows_of(RUNYARD, sys.executable, place.environment, quick=quick)
    finally:
        place.close()
    for peer in PEERS:
        try:
            python = installed(peer)
        except subprocess.CalledProcessError as error:
            print(
                f"| {peer.name}: cannot be installed ({(error.stderr or '').strip().splitlines()[-1:]}) | | | | | | |", flush=True
            )
            continue
        yield from _rows_of(peer, str(python), dict(os.environ), quick=quick)


def installed(peer: Peer) -> Path:
    """Return the Python of a peer's own environment, made at the first time."""
    folder = CACHE / peer.packages[0]
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        uv = str(Path(sys.executable).with_name("uv"))
        for command in (["venv", "-q", str(folder)], ["pip", "install", "-q", "--python", str(python), *peer.packages]):
            subprocess.run([uv, *command], check=True, capture_output=True, text=True)
        (folder / "ready").touch()
    return python


def _rows_of(peer: Peer, python: str, environment: dict[str, str], *, quick: bool) -> Iterator[Row]:
    points = max(100, peer.points // (10 if quick else 1))
    figures: list[tuple[float, float, float]] = []

    def p50() -> float:
        figures.append(_figures(peer, python, environment, points))
        return figures[-1][0] / 1000

    yield Row(what=f"{peer.name} ({_version(peer, python)}): a call, p50", unit="µs", measure=p50, rounds=peer.rounds)
    if not figures:
        return
    kinds = [("a call, p99", "µs", 1), (f"until all of {points:,} points are kept", "points/s", 2)]
    for what, unit, number in kinds:
        kept = iter(list(figures))

        def measure(number: int = number, kept: Iterator[tuple[float, float, float]] = kept) -> float:
            return next(kept)[1] / 1000 if number == 1 else points / next(kept)[2]

        yield Row(what=f"{peer.name}: {what}", unit=unit, measure=measure, rounds=len(figures))


def _figures(peer: Peer, python: str, environment: dict[str, str], points: int) -> tuple[float, float, float]:
    code = _LOOP.format(start=peer.start, log=peer.log, finish=peer.finish)
    with tempfile.TemporaryDirectory(prefix="runyard-peer-") as folder:
        own = {"TRACKIO_DIR": folder, "WANDB_DIR": folder, "HF_HUB_OFFLINE": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}
        try:
            done = subprocess.run(
                [python, "-c", code, str(points)],
                cwd=folder,
                env={**environment, **own},
                capture_output=True,
                text=True,
                check=True,
                timeout=TIMEOUT_S,
            )
        except subprocess.TimeoutExpired as error:
            raise WrongResultError(f"it did not end within {TIMEOUT_S} s") from error
        except subprocess.CalledProcessError as error:
            raise WrongResultError(f"it failed: {(error.stderr.strip().splitlines() or ['it said nothing'])[-1]}") from error
    line = next(each for each in done.stdout.splitlines() if each.startswith("FIGURES"))
    p50, p99, spent = map(float, line.split()[1:])
    return p50, p99, spent


def _version(peer: Peer, python: str) -> str:
    package = peer.packages[0] if peer.packages else "runyard"
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
