"""House rules of the two SQL databases: their migrations run both ways and end where the models stand."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from app import db
from app.migrate import alembic_config
from tests.engines import Stores

UNINDEXED = text(
    """
    SELECT conrelid::regclass || '.' || string_agg(attname, ', ' ORDER BY attnum)
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL
        AND (indkey::int2[])[0:array_length(conkey, 1) - 1] @> conkey
    )
    GROUP BY conrelid, pg_constraint.oid
    """
)


@pytest.fixture(params=db.BOTH, ids=lambda database: database.name)
def database(request: pytest.FixtureRequest, app: object) -> db.Database:
    """One of the two databases; importing the app has told it its models."""
    return request.param


@pytest.fixture
def scratch(database: db.Database, worker_stores: Stores) -> Iterator[Connection]:
    """An empty database for this test alone."""
    postgres, name = worker_stores.engines.postgres, f"scratch_{database.name}{worker_stores.suffix}"
    postgres.ensure_database(name)
    url = postgres.url(name, "owner").replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    server = create_engine(
        postgres.url("postgres", "postgres").replace("postgresql://", "postgresql+psycopg://", 1),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))


def test_migrations_go_up_down_and_up_again_and_match_the_models(database: db.Database, scratch: Connection) -> None:
    config = alembic_config(database)
    config.attributes["connection"] = scratch

    command.upgrade(config, "head")
    scratch.commit()
    command.downgrade(config, "base")
    scratch.commit()
    left = scratch.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    scratch.commit()
    command.upgrade(config, "head")
    scratch.commit()

    assert set(left) <= {"alembic_version"}
    context = MigrationContext.configure(scratch, opts={"compare_server_default": True})
    assert compare_metadata(context, database.model.metadata) == []


def test_every_foreign_key_is_indexed(database: db.Database) -> None:
    with database.engine.connect() as connection:
        assert connection.execute(UNINDEXED).scalars().all() == []
