"""who put an experiment into the bin"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add who deleted it. For those in the bin already the runs that went with them say so."""
    op.add_column("experiment", sa.Column("deleted_by", sa.String))
    op.execute(
        "UPDATE experiment SET deleted_by = (SELECT min(run.deleted_by) FROM run WHERE run.experiment_pk = experiment.pk "
        "AND run.deleted_at = experiment.deleted_at) WHERE deleted_at IS NOT NULL"
    )
