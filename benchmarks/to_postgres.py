"""Copy the records of a home folder into an empty PostgreSQL database, so that both databases are measured on the same runs.

``python -m benchmarks.to_postgres --home FOLDER --postgres URL``
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.opened import open_postgres


def main() -> None:
    """Read the command line and copy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--postgres", required=True, help="the URL of an empty PostgreSQL database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as files:
        open_postgres(options.postgres, Path(files)).close()  # makes the tables
    with sqlite3.connect(f"file:{options.home / 'runyard.db'}?mode=ro", uri=True) as source:
        with psycopg.connect(options.postgres) as target:
            for table in t.metadata.sorted_tables:
                if table is t.run_count:
                    continue  # the database counts while runs come in
                print(
                    f"{table.name}: {copy(source, target, table.name, [column.name for column in table.columns]):,} rows",
                    flush=True,
                )
        with psycopg.connect(options.postgres, autocommit=True) as target:
            target.execute("VACUUM (ANALYZE)")


def copy(source: sqlite3.Connection, target: psycopg.Connection, table: str, columns: list[str]) -> int:
    """Copy a table; return how many rows it has. Numbers that the database gives go on after the highest."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    rows = source.execute(f'SELECT {", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)} FROM "{table}"')
    count = 0
    target.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))
    with target.cursor() as cursor:
        with cursor.copy(into) as out:
            for row in rows:
                out.write_row(row)
                count += 1
        sequence = cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, columns[0]]).fetchone()
        if sequence and sequence[0]:
            highest = sql.SQL("SELECT setval({}, max({})) FROM {}")
            cursor.execute(highest.format(sql.Literal(sequence[0]), sql.Identifier(columns[0]), sql.Identifier(table)))
    return count


if __name__ == "__main__":
    main()
