"""How Alembic reaches the database: the caller passes an engine, or ``-x db=PATH`` names a SQLite file."""

from alembic import context
from sqlalchemy import create_engine

from runyard.storage.backends.sql.tables import metadata

engine = context.config.attributes.get("engine")
if engine is None:
    engine = create_engine("sqlite:///" + context.get_x_argument(as_dictionary=True)["db"])

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
