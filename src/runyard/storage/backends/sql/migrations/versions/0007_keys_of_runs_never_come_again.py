"""keys of runs never come again: SQLite gave the key of a purged run to the next one, and with it what was kept under that key"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_CHANGES = {
    "\tpk INTEGER NOT NULL": "\tpk INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
    "\tCONSTRAINT pk_run PRIMARY KEY (pk), \n": "",
}


def upgrade() -> None:
    """Declare the key anew. PostgreSQL's sequences never give a number twice.

    The rows stay as they lie: AUTOINCREMENT changes what SQLite does at an insert, not what it stores. So the text of the
    declaration is replaced, as SQLite's manual describes for such changes (ALTER TABLE, section 7), and a table of a million
    runs is not copied.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    old = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'run'")).scalar_one()
    new = old
    for before, after in _CHANGES.items():
        if new.count(before) != 1:
            raise RuntimeError(f"The table of runs is not as the migration before left it: {before!r} is not in it once.")
        new = new.replace(before, after)
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'run'").bindparams(sql=new))
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")  # so that other connections read the schema again
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
    highest = _highest_key(connection)
    connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('run', :seq)").bindparams(seq=highest))


def _highest_key(connection: sa.Connection) -> int:
    """Return a number that no run, and no page of summaries, has gone beyond."""
    run = connection.execute(sa.text("SELECT max(pk) FROM run")).scalar() or 0
    page = connection.execute(sa.text("SELECT max(page) FROM summary_page")).scalar()
    return max(run, 0 if page is None else page * 1024 + 1023)
