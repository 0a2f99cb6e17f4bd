"""A process for the crash test: appends batches and compacts until it is killed, saying what was acknowledged."""

from __future__ import annotations

import random
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

from runyard.storage.backends.sql.opened import open_folder, open_postgres
from runyard.storage.base import Storage
from runyard.wire.metric import Record, RecordBatch, ScalarRecord

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
NAMES = ("loss", "acc", "text")


def batch_of(run_id: str, writer: str, seq: int) -> RecordBatch:
    """Return the batch that a writer sends under a number: always the same one."""
    rng = random.Random(f"{run_id} {writer} {seq}")
    records: list[Record] = []
    for n in range(rng.randrange(1, 400)):
        name = rng.choice(NAMES)
        value = f"{writer}{seq}.{n}" if name == "text" else rng.random()
        records.append(ScalarRecord(name, seq * 1000 + n, value, seq))
    return RecordBatch(writer, seq, records)


def open_storage(place: str, home: Path) -> Storage:
    """Open SQLite in ``home``, or PostgreSQL at a URL."""
    return open_postgres(place, home) if place.startswith("postgresql:") else open_folder(home)


def main() -> None:
    """Append and compact until killed."""
    storage = open_storage(sys.argv[1], Path(sys.argv[2]))
    begins = {(run_id, writer): int(seq) for run_id, writer, seq in (part.split(":") for part in sys.argv[3:])}
    runs = sorted({run_id for run_id, _ in begins})
    threading.Thread(target=_compact, args=(storage, runs), daemon=True).start()
    threads = [threading.Thread(target=_append, args=(storage, *key, seq)) for key, seq in begins.items()]
    for thread in threads:
        thread.start()


def _append(storage: Storage, run_id: str, writer: str, seq: int) -> None:
    while True:
        storage.metrics.append("w", run_id, batch_of(run_id, writer, seq), at=NOW)
        sys.stdout.write(f"{run_id}:{writer}:{seq}\n")
        sys.stdout.flush()
        seq += 1


def _compact(storage: Storage, runs: list[str]) -> None:
    while True:
        for run_id in runs:
            storage.metrics.compact("w", run_id, finish=random.random() < 0.3)
        storage.metrics.tidy(at=NOW + timedelta(minutes=2))  # every tail is idle: the way of many small runs together


if __name__ == "__main__":
    main()
