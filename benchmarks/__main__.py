"""Measure the goals and print a table: ``python -m benchmarks [--quick] [--only SECTION ...]``, or ``make bench``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks import (
    archive,
    install,
    peers,
    reading,
    recording,
    run_list,
    server,
    studio,
    studio_charts,
    studio_pages,
    submission,
)
from benchmarks.place import Place
from benchmarks.row import ROUNDS, Result, Row, measured_all, print_machine, write_json
from benchmarks.seed import seed


def main() -> int:
    """Print the table; return 1 when a goal is missed."""
    options = _options()
    print_machine()
    results: list[Result] = []
    for name in options.only or DEFAULT:
        title, section = SECTIONS[name]
        results += measured_all(title, section(options), options.rounds)
    print()
    print_machine()
    missed = [result.what for result in results if result.is_met is False]
    print(f"{len(results)} rows, {len(missed)} missed" + (": " + "; ".join(missed) if missed else ""))
    if options.json:
        write_json(options.json, results)
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points, 2,000 runs, fewer rounds")
    parser.add_argument("--rounds", type=int, default=None, help=f"rounds a row (default {ROUNDS}; 3 with --quick)")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), help="these sections only")
    parser.add_argument("--runs", type=int, default=None, help="runs in the list (default 100,000; 2,000 with --quick)")
    parser.add_argument("--seeded", type=Path, help="a home folder that `python -m benchmarks.seed` has filled, for the run list")
    parser.add_argument("--postgres", help="keep the run list in this empty PostgreSQL database")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else ROUNDS)
    options.runs = options.runs or (2_000 if options.quick else 100_000)
    return options


def _recording(options: argparse.Namespace) -> Iterator[Row]:
    with closing(Place()) as place:
        yield from recording.rows(place, points=20_000 if options.quick else 200_000)


def _reading(options: argparse.Namespace) -> Iterator[Row]:
    with closing(Place()) as place:
        yield from reading.rows(place, points=1_000_000 if options.quick else 10_000_000)


def _run_list(options: argparse.Namespace) -> Iterator[Row]:
    with closing(Place(home=options.seeded, database=options.postgres)) as place:
        yield from run_list.rows(place, runs=options.runs, is_seeded=options.seeded is not None)


def _archive(options: argparse.Namespace) -> Iterator[Row]:
    with closing(Place()) as place:
        yield from archive.rows(place, runs=10 if options.quick else 100)


def _studio(options: argparse.Namespace) -> Iterator[Row]:
    with closing(Place()) as fresh:
        yield from studio_charts.rows(fresh, scale=10 if options.quick else 1)
        yield from studio_pages.rows(fresh, scale=10 if options.quick else 1)
    with closing(Place(home=options.seeded, database=options.postgres)) as place:
        if options.seeded is None:
            seed(place, runs=options.runs)
        yield from studio.rows(place, runs=options.runs)


def _server(options: argparse.Namespace) -> Iterator[Row]:
    yield from server.rows()


def _submission(options: argparse.Namespace) -> Iterator[Row]:
    with closing(Place()) as place:
        yield from submission.rows(place, network=not options.quick)


def _peers(options: argparse.Namespace) -> Iterator[Row]:
    yield from peers.rows(quick=options.quick)


def _install(options: argparse.Namespace) -> Iterator[Row]:
    yield from install.rows()


SECTIONS: dict[str, tuple[str, Callable[[argparse.Namespace], Iterator[Row]]]] = {
    "recording": ("Recording", _recording),
    "reading": ("Reading", _reading),
    "list": ("Run list", _run_list),
    "archive": ("Archive", _archive),
    "server": ("Server", _server),
    "studio": ("Studio", _studio),
    "submission": ("Submission", _submission),
    "install": ("Installation", _install),
    "peers": ("Peers", _peers),
}
DEFAULT = ("recording", "reading", "list", "archive", "server", "submission")

if __name__ == "__main__":
    sys.exit(main())
