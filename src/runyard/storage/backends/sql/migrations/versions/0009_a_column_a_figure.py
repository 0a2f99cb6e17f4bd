"""pages of summaries have a column a figure: a query reads the one that it looks at, not all nine"""

import numpy as np
import sqlalchemy as sa
from alembic import op
from pcodec import ChunkConfig, standalone

revision = "0009"
down_revision = "0008"

_STORED = ("last", "min", "max", "mean", "first", "count", "last_step", "min_step", "max_step")
_PAGES_AT_ONCE = 200


def upgrade() -> None:
    """Cut the pages into their columns. What is packed stays packed, but for the list of runs, which was not."""
    connection = op.get_bind()
    op.rename_table("summary_page", "summary_page_whole")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_summary_page RENAME TO pk_summary_page_whole")
    op.create_table(
        "summary_page",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.BigInteger(), nullable=False),
        *[sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("slots", *_STORED)],
        sa.ForeignKeyConstraint(["key_id"], ["metric_key.id"], name="fk_summary_page_key_id"),
        sa.PrimaryKeyConstraint("key_id", "page", name="pk_summary_page"),
    )
    meta = sa.MetaData()
    whole = sa.Table("summary_page_whole", meta, autoload_with=connection)
    page = sa.Table("summary_page", meta, autoload_with=connection)
    places = connection.execute(sa.select(whole.c.key_id, whole.c.page)).all()
    for start in range(0, len(places), _PAGES_AT_ONCE):
        some = sa.tuple_(whole.c.key_id, whole.c.page).in_([tuple(place) for place in places[start : start + _PAGES_AT_ONCE]])
        rows = connection.execute(sa.select(whole).where(some)).all()
        connection.execute(page.insert(), [{"key_id": row.key_id, "page": row.page, **_columns(row.blob)} for row in rows])
    op.drop_table("summary_page_whole")


def _columns(blob: bytes) -> dict[str, bytes]:
    lengths = np.frombuffer(blob, np.uint32, len(_STORED) + 1)
    ends = (np.cumsum(lengths, dtype=np.int64) + lengths.nbytes).tolist()
    slots, *figures = (blob[start:stop] for start, stop in zip([lengths.nbytes, *ends], ends, strict=False))
    packed = standalone.simple_compress(np.frombuffer(slots, np.uint16), ChunkConfig(compression_level=4))
    return {"slots": packed, **dict(zip(_STORED, figures, strict=True))}
