"""Names of series as numbers: one row a name, and one row for each set of names that is stored together."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricFamily
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database

Keys = npt.NDArray[np.int32]

NAMES_CACHED = 200_000
KEYSETS_CACHED = 2_000
_IN_MAX = 500

SeriesKey = tuple[str, MetricFamily]


class KeyBook:
    """Finds and makes the numbers of names. Numbers never change, so what was found once is kept in memory.

    A new number is committed before anybody sees it: a transaction that fails later leaves at most an unused name behind.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._ids: dict[SeriesKey, int] = {}
        self._names: dict[int, SeriesKey] = {}
        self._keysets: OrderedDict[int, Keys] = OrderedDict()
        self._keyset_ids: dict[bytes, int] = {}

    def ids(self, keys: Iterable[SeriesKey]) -> list[int]:
        """Return the numbers of names, made now where there are none."""
        wanted = list(keys)
        known = self._ids
        with suppress(KeyError):  # nearly always all are known
            return [known[key] for key in wanted]
        found, missing = self._known(wanted)
        if missing:
            made = self._database.write(lambda connection: ensure_keys(connection, missing))
            self._remember(made)
            found.update(made)
        return [found[key] for key in wanted]

    def find(self, connection: Connection, names: Iterable[str]) -> dict[int, SeriesKey]:
        """Return number → series for every family of the names; unknown names are left out."""
        wanted = [(name, family) for name in dict.fromkeys(names) for family in MetricFamily]
        found, missing = self._known(wanted)
        if missing:
            stored = _find(connection, missing)
            self._remember(stored)
            found.update(stored)
        return {number: key for key, number in found.items()}

    def names(self, connection: Connection, ids: Iterable[int]) -> list[SeriesKey]:
        """Return the series of numbers."""
        wanted = list(ids)
        names = self._names
        with suppress(KeyError):  # nearly always all are known
            return [names[key] for key in wanted]
        found = {key: names[key] for key in wanted if key in names}
        missing = [key for key in dict.fromkeys(wanted) if key not in found]
        for start in range(0, len(missing), _IN_MAX):
            c = t.metric_key.c
            query = sa.select(c.id, c.name, c.family).where(c.id.in_(missing[start : start + _IN_MAX]))
            stored = {(row.name, MetricFamily(row.family)): int(row.id) for row in connection.execute(query)}
            self._remember(stored)
            found.update({number: key for key, number in stored.items()})
        return [found[key] for key in wanted]

    def keyset(self, connection: Connection, keyset_id: int) -> Keys:
        """Return the numbers of a set, in its order."""
        with self._lock:
            if keyset_id in self._keysets:
                self._keysets.move_to_end(keyset_id)
                return self._keysets[keyset_id]
        blob = connection.execute(sa.select(t.metric_keyset.c.key_ids).where(t.metric_keyset.c.id == keyset_id)).scalar_one()
        return self._keep_keyset(keyset_id, np.frombuffer(blob, np.int32))

    def keyset_id(self, keys: Keys) -> int:
        """Return the number of a set of names in this order, made now when there is none."""
        digest = hashlib.blake2b(keys.tobytes(), digest_size=16).digest()
        with self._lock:
            known = self._keyset_ids.get(digest)
        if known is None:
            known = self._database.write(lambda connection: _ensure_keyset(connection, digest, keys))
            self._keep_keyset(known, keys)
            with self._lock:
                if len(self._keyset_ids) > KEYSETS_CACHED:
                    self._keyset_ids.clear()
                self._keyset_ids[digest] = known
        return known

    def _known(self, keys: list[SeriesKey]) -> tuple[dict[SeriesKey, int], list[SeriesKey]]:
        ids = self._ids
        found = {key: ids[key] for key in keys if key in ids}
        return found, [key for key in dict.fromkeys(keys) if key not in found]

    def _keep_keyset(self, keyset_id: int, keys: Keys) -> Keys:
        with self._lock:
            self._keysets[keyset_id] = keys
            while len(self._keysets) > KEYSETS_CACHED:
                self._keysets.popitem(last=False)
        return keys

    def _remember(self, found: dict[SeriesKey, int]) -> None:
        with self._lock:
            if len(self._ids) > NAMES_CACHED:  # new dicts: a reader that holds the old ones goes on undisturbed
                self._ids, self._names = {}, {}
            self._ids.update(found)
            self._names.update({number: key for key, number in found.items()})


def _hash(key: SeriesKey) -> bytes:
    return hashlib.blake2b(f"{key[1].value}\0{key[0]}".encode(), digest_size=16).digest()


def _find(connection: Connection, keys: list[SeriesKey]) -> dict[SeriesKey, int]:
    found: dict[SeriesKey, int] = {}
    by_hash = {_hash(key): key for key in keys}
    hashes = list(by_hash)
    for start in range(0, len(hashes), _IN_MAX):
        c = t.metric_key.c
        query = sa.select(c.id, c.hash).where(c.hash.in_(hashes[start : start + _IN_MAX]))
        found.update({by_hash[bytes(row.hash)]: row.id for row in connection.execute(query)})
    return found


def ensure_keys(connection: Connection, keys: list[SeriesKey]) -> dict[SeriesKey, int]:
    """Return the numbers of names, made in this transaction where there are none."""
    found = _find(connection, keys)
    new = [key for key in keys if key not in found]
    if new:
        rows = [{"hash": _hash(key), "name": key[0], "family": key[1].value} for key in new]
        connection.execute(t.metric_key.insert(), rows)
        found.update(_find(connection, new))
    return found


def _ensure_keyset(connection: Connection, digest: bytes, keys: Keys) -> int:
    c = t.metric_keyset.c
    known = connection.execute(sa.select(c.id).where(c.hash == digest)).scalar()
    if known is None:
        insert = t.metric_keyset.insert().values(hash=digest, key_ids=keys.tobytes())
        known = connection.execute(insert).inserted_primary_key[0]  # type: ignore[index]
    return int(known)
