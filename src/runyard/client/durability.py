"""How much of what is logged a kill takes: measured, by killing a writer of its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from runyard.client.journal_file import JournalFile, adopt_file
from runyard.client.journal_scan import next_batch
from runyard.client.sending import BATCH_MAX_RECORDS, journals_in
from runyard.client.uploader import INTERVAL_S

_WRITER = """
import os, sys
from pathlib import Path
from runyard.client.journal import Journal, JournalPlace
from runyard.wire.metric import ScalarRecord
place = JournalPlace(root=Path(sys.argv[1]), workspace="doctor", run_id="doctor", server="none")
journal = Journal(place, lambda: None)
returned = 0
while True:
    if not journal.known.log("x", returned):
        journal.record(ScalarRecord("x", 1, returned))
    returned += 1
    os.pwrite(1, returned.to_bytes(8, "little"), 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurabilityReport:
    """What was found. ``lost`` counts records whose call had returned before the kill and that were not in the journal.

    ``sync_ms`` is how long the disk takes to have a file of fresh records: the median and the longest of the rounds.
    ``power_cut_s`` is what a power cut takes at most: the records of so many seconds.
    """

    rounds: int
    recorded: int
    lost: int
    sync_ms_median: float
    sync_ms_longest: float
    power_cut_s: float
    folder: str


def measure_durability(folder: Path, rounds: int, seed: int | None = None) -> DurabilityReport:
    """Start a writer, kill it with SIGKILL at a random moment, and compare its journal with the calls that had returned.

    ``folder`` lies on the disk that is to be tested; a temporary folder is made in it and removed.
    """
    chance = random.Random(seed)
    recorded = lost = 0
    sync_s: list[float] = []
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="doctor-", dir=folder) as place:
            returned, found = _one_kill(Path(place), chance.uniform(0.0, 0.3), sync_s)
        recorded += returned
        lost += max(0, returned - found)
    sync_s.sort()
    return DurabilityReport(
        rounds=rounds,
        recorded=recorded,
        lost=lost,
        sync_ms_median=round(1000 * sync_s[len(sync_s) // 2], 2),
        sync_ms_longest=round(1000 * sync_s[-1], 2),
        power_cut_s=round(INTERVAL_S + sync_s[-1], 2),
        folder=str(folder),
    )


def _one_kill(place: Path, after_s: float, sync_s: list[float]) -> tuple[int, int]:
    """Return how many calls had returned, and how many of their records are in the journal, one after the other."""
    with (place / "returned").open("w+b") as counter:
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(place)], stdout=counter, stdin=subprocess.DEVNULL)
        try:
            while os.fstat(counter.fileno()).st_size < 8 and writer.poll() is None:
                time.sleep(0.002)
            time.sleep(after_s)
        finally:
            writer.kill()
            writer.wait()
        counter.seek(0)
        returned = int.from_bytes(counter.read(8), "little")
    found = 0
    for path in journals_in(place):
        file = adopt_file(path)
        if file is not None:
            began = time.perf_counter()
            file.sync()
            sync_s.append(time.perf_counter() - began)
            found += _count(file)
            file.close()
    return returned, found


def _count(file: JournalFile) -> int:
    """Count the records of a file."""
    count = 0
    while (batch := next_batch(file, BATCH_MAX_RECORDS)).length:
        count += batch.record_count
        end = file.state.acked + batch.length
        file.save_state(type(file.state)(end, end))
    return count
