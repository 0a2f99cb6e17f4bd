"""blocks of metrics: keys, writers, blocks, summaries; the tail in columns"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_tables()
    op.rename_table("metric_tail", "metric_tail_of_0001")
    op.drop_index("uq_metric_tail_batch", "metric_tail_of_0001")
    op.create_table(
        "metric_tail",
        sa.Column("pk", _KEY, nullable=False),
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name="fk_metric_tail_run_pk"),
        # PostgreSQL keeps a constraint's name when its table is renamed.
        sa.PrimaryKeyConstraint("pk", name="pk_metric_tail_0002"),
    )
    op.create_index("ix_metric_tail_run", "metric_tail", ["run_pk", "pk"])
    _carry_over(op.get_bind())
    op.drop_table("metric_tail_of_0001")
    if op.get_bind().dialect.name == "postgresql":
        # Parts of a block are read by themselves, which works on values that PostgreSQL has not compressed.
        op.execute("ALTER TABLE metric_block ALTER COLUMN data SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE metric_block ALTER COLUMN directory SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE metric_tail ALTER COLUMN payload SET STORAGE EXTERNAL")


def _create_tables() -> None:
    op.create_table(
        "metric_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric_key"),
        sa.UniqueConstraint("hash", name="uq_metric_key_hash"),
    )
    op.create_table(
        "metric_keyset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric_keyset"),
        sa.UniqueConstraint("hash", name="uq_metric_keyset_hash"),
    )
    op.create_table(
        "metric_writer",
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("above", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name="fk_metric_writer_run_pk"),
        sa.PrimaryKeyConstraint("run_pk", "writer", name="pk_metric_writer"),
    )
    op.create_table(
        "metric_block",
        sa.Column("pk", _KEY, nullable=False),
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("keyset_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _BLOCK_NUMBERS),
        sa.Column("directory", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name="fk_metric_block_run_pk"),
        sa.ForeignKeyConstraint(["keyset_id"], ["metric_keyset.id"], name="fk_metric_block_keyset_id"),
        sa.PrimaryKeyConstraint("pk", name="pk_metric_block"),
    )
    op.create_index("ix_metric_block_run", "metric_block", ["run_pk", "level", "keyset_id", "lo", "lo_x", "hi_x"])
    op.create_table(
        "run_summary",
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("keyset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("paged", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["run.pk"], name="fk_run_summary_run_pk"),
        sa.ForeignKeyConstraint(["keyset_id"], ["metric_keyset.id"], name="fk_run_summary_keyset_id"),
        sa.PrimaryKeyConstraint("run_pk", name="pk_run_summary"),
    )
    op.create_index("ix_run_summary_paged", "run_summary", ["paged", "run_pk"])
    op.create_table(
        "summary_page",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["metric_key.id"], name="fk_summary_page_key_id"),
        sa.PrimaryKeyConstraint("key_id", "page", name="pk_summary_page"),
    )


_BLOCK_NUMBERS = ("lo", "hi", "lo_x", "hi_x", "lo_time", "hi_time", "points", "data_bytes")


def _carry_over(connection: sa.Connection) -> None:
    """Store the batches of the first schema anew, in their order."""
    from runyard.storage.backends.sql.migrations.carry_over import store_again

    query = sa.text("SELECT run_pk, writer, seq, payload FROM metric_tail_of_0001 ORDER BY pk")
    for row in connection.execute(query).all():
        store_again(connection, row.run_pk, row.writer, row.seq, bytes(row.payload))
