"""Used by migration 0002 only: a batch of the first schema becomes a row of the second."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_batch import batch_of
from runyard.storage.backends.sql.metric_key import ensure_keys
from runyard.storage.backends.sql.metric_payload import encode_payload
from runyard.storage.backends.sql.metric_tail import note_batch
from runyard.wire.metric import Record, RecordBatch

_DECODER = msgspec.msgpack.Decoder(list[Record])


def store_again(connection: Connection, run_pk: int, writer: str, seq: int, payload: bytes) -> None:
    """Store a batch by what the store itself uses."""
    batch = batch_of(RecordBatch(writer, seq, _DECODER.decode(payload)))
    names = [(name.name, name.family) for name in batch.names]
    found = ensure_keys(connection, names)
    note_batch(connection, run_pk, writer, seq)
    row = {"run_pk": run_pk, "points": len(batch.points), "payload": encode_payload(batch, [found[name] for name in names])}
    connection.execute(t.metric_tail.insert().values(**row))
