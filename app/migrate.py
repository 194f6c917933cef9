"""Brings the two SQL databases and the catalogue to this release's shape. Run by the owner's role, before the web."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import text

from app import db

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_ONE_AT_A_TIME = 7_283_010_001  # any number, the same in every release


def alembic_config(database: db.Database) -> AlembicConfig:
    """Return alembic's settings for one database; the caller adds the connection."""
    config = AlembicConfig()
    # ConfigParser reads % as its own; a folder's name may hold one.
    config.set_main_option("script_location", str(FOLDER / database.name).replace("%", "%%"))
    config.attributes["metadata"] = database.model.metadata
    return config


def migrate(database: db.Database, *, to: str = "head") -> None:
    """Upgrade `database`. Two that start at once take turns."""
    config = alembic_config(database)
    with database.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, to)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.commit()
