"""The real engines under the tests: one set for the whole run, with databases of its own for every pytest worker.

The one rule: a test finds the stores empty, whatever ran before it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3
import psycopg
import pymongo
import pymongo.database
import pytest
import redis
from launcher import Refusal
from launcher.engines import NAMES, Engines
from launcher.folder import Folder
from pymongo import DeleteMany

ROOT = Path(__file__).resolve().parent.parent

_GIVEN = "STOA_TEST_ENGINES"  # where the run tells its workers what it started
_MEMORY = Path("/dev/shm")
_ENOUGH_MEMORY = 2_000_000_000  # bytes

_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1
"""
_RESTART = "SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences"
_LARGE = 1_000_000  # bytes from which on to truncate a table is quicker than to delete its rows
# As superuser without triggers, because the audit refuses to be emptied by anybody else.
_WITHOUT_TRIGGERS = "-c session_replication_role=replica -c lock_timeout=5s"


def start(config: pytest.Config) -> None:
    """Start the engines of this run, unless this is one of its workers or nothing will run."""
    if _GIVEN in os.environ or config.option.collectonly:
        return
    path = Path(tempfile.mkdtemp(prefix="stoa-test-", dir=_place()))
    path.chmod(0o711)  # PostgreSQL, started by root, runs as another user
    try:
        folder = Folder.hold(path, remove=True)
    except Refusal as refusal:
        pytest.exit(str(refusal), returncode=3)
    config.add_cleanup(lambda: _stop(folder))
    ports, secrets = folder.ports(NAMES), folder.secrets()
    try:
        engines = Engines.of(path, ports, secrets, is_durable=False)
        engines.postgres.settings["autovacuum"] = "off"  # each test empties the tables
        engines.start(folder.processes)
    except Refusal as refusal:
        pytest.exit(str(refusal), returncode=3)
    os.environ[_GIVEN] = json.dumps([str(path), ports, secrets])


def _stop(folder: Folder) -> None:
    os.environ.pop(_GIVEN, None)
    folder.processes.stop()
    folder.release()


def _place() -> Path | None:
    """Return where the data goes: memory when there is plenty, else the usual temporary folder."""
    has_memory = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if has_memory and shutil.disk_usage(_MEMORY).free > _ENOUGH_MEMORY else None


class Database:
    """One migrated database of a pytest worker, by a connection that lasts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._connect()

    def empty(self) -> None:
        """Remove every row; the numbers of rows begin anew."""
        try:
            self._empty()
        except psycopg.OperationalError:  # the server was started again
            self.close()
            self._connection = self._connect()
            self._empty()

    def _empty(self) -> None:
        # The same statement as long as the tables are, so prepared once, finds those that have rows: they are few.
        find = " UNION ALL ".join(
            f"SELECT '{name}', pg_relation_size('{name}') > {_LARGE} WHERE EXISTS (SELECT FROM {name})"
            for (name,) in self._connection.execute(_TABLES, prepare=True)
        )
        filled = self._connection.execute(find, prepare=True).fetchall()
        acts = [f"TRUNCATE {name} CASCADE" if is_large else f"DELETE FROM {name}" for name, is_large in filled]
        if acts:
            self._connection.execute(";".join([*acts, _RESTART]))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True, options=_WITHOUT_TRIGGERS)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass(frozen=True)
class Stores:
    """The stores of one pytest worker. `settings` are the app's settings that lead to them."""

    engines: Engines
    suffix: str
    number: int

    def settings(self, role: str = "owner") -> dict[str, str]:
        """Return the addresses as the app's environment, in the rights of a database role."""
        return self.engines.settings(role, suffix=self.suffix, number=self.number)

    def empty(self) -> None:
        """Remove every row, document, key and object; tables, indexes and validators stay."""
        for database in self._databases:
            database.empty()
        self._empty_catalog()
        for client in self._keys:
            client.flushdb()
        self._empty_bucket()

    def close(self) -> None:
        """Close the connections by which they were emptied."""
        self._catalog.client.close()
        for database in self._databases:
            database.close()
        for client in self._keys:
            client.close()

    @cached_property
    def _databases(self) -> list["Database"]:
        postgres = self.engines.postgres
        return [Database(postgres.url(f"{name}{self.suffix}", "postgres")) for name in ("customers", "orders")]

    @cached_property
    def _catalog(self) -> pymongo.database.Database[dict[str, object]]:
        return pymongo.MongoClient[dict[str, object]](self.engines.mongo.url())[f"catalog{self.suffix}"]

    @cached_property
    def _keys(self) -> list[redis.Redis]:
        return [redis.Redis.from_url(each.url(self.number)) for each in (self.engines.valkey, self.engines.cache)]

    def _empty_catalog(self) -> None:
        names = [name for name in self._catalog.list_collection_names() if name != "migrations"]
        self._catalog.client.bulk_write([DeleteMany({}, namespace=f"{self._catalog.name}.{name}") for name in names])

    def _empty_bucket(self) -> None:
        folder = self.engines.s3.folder / "objects"
        if not any(path.is_file() for path in folder.rglob(f"{self._bucket}/**/*")):
            return
        client = boto3.client(
            "s3",
            endpoint_url=self.engines.s3.url(),
            region_name=self.settings()["SHOP_S3_REGION"],
            aws_access_key_id=self.engines.s3.access_key,
            aws_secret_access_key=self.engines.s3.secret_key,
        )
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
            for row in page.get("Contents", []):
                client.delete_object(Bucket=self._bucket, Key=row["Key"])

    @property
    def _bucket(self) -> str:
        return self.settings()["SHOP_S3_BUCKET"]


@pytest.fixture(scope="session")
def worker_stores(environment: dict[str, str]) -> Iterator[Stores]:
    """The stores of this worker, migrated. For tests that look after their own data; others ask for `stores`."""
    path, ports, secrets = json.loads(os.environ[_GIVEN])
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    stores = Stores(Engines.of(Path(path), ports, secrets), f"_{worker}", int(worker.removeprefix("gw")))
    for database in ("customers", "orders"):
        stores.engines.postgres.ensure_database(f"{database}{stores.suffix}")
    migrated = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "shop", "migrate"],
        cwd=ROOT,
        env={**os.environ, **environment, **stores.settings()},
        capture_output=True,
        text=True,
        check=False,
    )
    if migrated.returncode:
        pytest.fail(f"`flask shop migrate` failed:\n{migrated.stdout}{migrated.stderr}", pytrace=False)
    yield stores
    stores.close()


@pytest.fixture
def stores(worker_stores: Stores) -> Stores:
    """The stores of this worker, empty."""
    worker_stores.empty()
    return worker_stores
