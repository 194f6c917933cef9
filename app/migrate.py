"""Brings the two SQL databases and the catalogue to this release's shape. Run by the owner's role, before the web.

The one rule: a migration that waits for a table makes all who come after it wait too, so it waits shortly and often. It
may be cut short anywhere: what it does outside its transaction, and what it did before that, can be done again.
"""

import importlib.util
import logging
import time
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app import clock, db, stores
from app.errors import Unavailable

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_ONE_AT_A_TIME = 7_283_010_001  # any number, the same in every release
_PATIENCE = "3s"  # for as long as a migration waits for a lock, others wait behind it
_PAUSE, _TRIES = 2.0, 30  # seconds in which those others go on; two and a half minutes in all

_log = logging.getLogger(__name__)


def alembic_config(database: db.Database) -> AlembicConfig:
    """Return alembic's settings for one database; the caller adds the connection."""
    config = AlembicConfig()
    # ConfigParser reads % as its own; a folder's name may hold one.
    config.set_main_option("script_location", str(FOLDER / database.name).replace("%", "%%"))
    config.attributes["metadata"] = database.model.metadata
    return config


def migrate(database: db.Database, *, to: str = "head") -> None:
    """Upgrade `database`. Two that start at once take turns.

    Raises Unavailable where somebody holds a table for too long; what was done by then stays, and the next run goes on.
    """
    config = alembic_config(database)
    with database.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
        try:
            config.attributes["connection"] = connection
            _wait_no_longer_than(connection, _PATIENCE)
            _upgrade(config, connection, to)
        finally:
            connection.rollback()
            _wait_no_longer_than(connection, "0")
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.commit()


def _upgrade(config: AlembicConfig, connection: Connection, to: str) -> None:
    for _ in range(_TRIES):
        try:
            command.upgrade(config, to)
        except OperationalError as error:
            if not isinstance(error.orig, (errors.LockNotAvailable, errors.DeadlockDetected)):
                raise
            connection.rollback()
            _log.warning("A table is in use; trying again in %s seconds.", _PAUSE)
            time.sleep(_PAUSE)
        else:
            return
    raise Unavailable(
        "A table has been in use for too long: a backup, a report, or a transaction that somebody left open. Look at "
        "pg_stat_activity for what has run longest, wait for it or end it, and migrate again: it goes on from here."
    )


def _wait_no_longer_than(connection: Connection, patience: str) -> None:
    connection.execute(text("SELECT set_config('lock_timeout', :patience, false)"), {"patience": patience})
    connection.commit()


def migrate_catalog() -> list[str]:
    """Run the numbered files of `migrations/catalog` that this catalogue has not seen; return their names.

    Each is idempotent, so that one which was cut short, or two at once, do no harm.
    """
    catalog = stores.catalog()
    seen = {document["_id"] for document in catalog["migrations"].find()}
    names = sorted(path.stem for path in (FOLDER / "catalog").glob("[0-9]*.py"))
    new = [name for name in names if name not in seen]
    for name in new:
        spec = importlib.util.spec_from_file_location(f"migrations_catalog_{name}", FOLDER / "catalog" / f"{name}.py")
        if spec is None or spec.loader is None:
            raise RuntimeError(f"migrations/catalog/{name}.py cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.up(catalog)
        catalog["migrations"].replace_one({"_id": name}, {"_id": name, "at": clock.now()}, upsert=True)
    return new
