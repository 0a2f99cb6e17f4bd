"""the steps of a metric's figures stand in the pages too: upkeep builds the pages anew"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the pages away, so that every run is read from its own summary until it stands in a new one."""
    op.execute("DELETE FROM summary_page")
    op.execute("UPDATE run_summary SET paged = 0")
