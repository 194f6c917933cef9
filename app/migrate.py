"""Brings the two SQL databases and the catalogue to this release's shape. Run by the owner's role, before the web."""

import importlib.util
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import text

from app import clock, db, stores

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
