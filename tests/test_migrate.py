"""Migrations of a shop that runs: they make nobody wait for long, and go on where they were cut short."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from app import db, migrate
from app.errors import Unavailable
from tests.engines import Stores

READ = text("SELECT count(*) FROM stock_levels")
DOCUMENTS = text(
    """
    INSERT INTO search_documents (product_id, revision, is_published, is_available, sample, price, created_at, title,
                                  facets, heads, words, vocabulary, codes)
    SELECT number, 1, true, true, 0, number, now(), 'A print', '{}', '', '', '', '{}'
    FROM generate_series(1, 1001) AS number
    """
)


class KilledError(Exception):
    """The process ended here."""


@pytest.fixture
def shop(app: Flask, worker_stores: Stores) -> Iterator[db.Database]:
    """A database `orders` of its own, as release 0011 left it, in which no statement takes for ever."""
    postgres, name = worker_stores.engines.postgres, f"scratch_running{worker_stores.suffix}"
    postgres.ensure_database(name)
    server = create_engine(
        postgres.url("postgres", "postgres").replace("postgresql://", "postgresql+psycopg://", 1),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with server.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET statement_timeout = '20s'"))
    database = db.Database("orders", db.OrdersModel)
    database.open(postgres.url(name, "owner"))
    migrate.migrate(database, to="0011")
    yield database
    database.close()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))


def test_migration_lets_others_pass_while_a_reader_holds_its_table(
    shop: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = []
    with shop.engine.connect() as report, shop.engine.connect() as checkout:
        report.execute(READ)
        checkout.execute(text("SET lock_timeout = '1s'"))

        def others_go_on(_seconds: float) -> None:
            passed.append(checkout.execute(READ).scalar())
            checkout.commit()
            if len(passed) == 2:
                report.rollback()

        monkeypatch.setattr(migrate, "_PATIENCE", "50ms")
        monkeypatch.setattr(migrate, "time", SimpleNamespace(sleep=others_go_on))
        migrate.migrate(shop)

    assert passed == [0, 0]
    assert version(shop) == newest()


def test_migration_that_waits_in_vain_says_why_and_the_next_goes_on(
    shop: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_PATIENCE", "20ms")
    monkeypatch.setattr(migrate, "_PAUSE", 0)
    with shop.engine.connect() as report:
        report.execute(READ)

        with pytest.raises(Unavailable, match="pg_stat_activity"):
            migrate.migrate(shop)

        assert version(shop) == "0013"
    migrate.migrate(shop)
    assert version(shop) == newest()


@pytest.mark.parametrize(
    "statement",
    [
        "VALIDATE CONSTRAINT ck_payments",
        "SET padding = DEFAULT",
        "VALIDATE CONSTRAINT ck_stock",
        "SET dearest = price",
        "VALIDATE CONSTRAINT ck_return",
        "SET came = quantity",
    ],
)
def test_migration_that_is_killed_between_goes_on(shop: db.Database, statement: str) -> None:
    def die(_connection: object, _cursor: object, running: str, *_values: object) -> None:
        if statement in running:
            raise KilledError

    event.listen(shop.engine, "before_cursor_execute", die)
    with pytest.raises(KilledError):
        migrate.migrate(shop)
    event.remove(shop.engine, "before_cursor_execute", die)

    migrate.migrate(shop)

    assert version(shop) == newest()
    with shop.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")).scalar() == 0


def test_every_row_is_filled_in_some_at_a_time(shop: db.Database) -> None:
    batches: list[int] = []
    with shop.engine.begin() as connection:
        connection.execute(DOCUMENTS)

    @event.listens_for(shop.engine, "after_cursor_execute")
    def count(_connection: object, _cursor: object, running: str, *_values: object) -> None:
        if "SET dearest" in running:
            batches.append(1)

    migrate.migrate(shop)

    with shop.engine.connect() as connection:
        wrong = text("SELECT count(*) FROM search_documents WHERE dearest IS DISTINCT FROM price OR padding = ''")
        assert connection.execute(wrong).scalar() == 0
    assert len(batches) == 4


def test_products_are_found_at_their_prices_before_they_are_indexed_anew(shop: db.Database) -> None:
    migrate.migrate(shop, to="0019")
    with shop.engine.begin() as connection:
        for facet, value in (("Size", "Small"), ("Size", "Large"), ("tag", "Calm")):
            connection.execute(text(f"INSERT INTO search_terms VALUES (DEFAULT, '{facet}', '{value}', 0)"))
        connection.execute(DOCUMENTS)
        connection.execute(
            text("UPDATE search_documents SET facets = '{1, 2, 3}', dearest = 90 WHERE product_id = '7'")
        )
        connection.execute(text("UPDATE search_documents SET price = NULL, dearest = NULL WHERE product_id = '8'"))
        connection.execute(text("UPDATE search_documents SET dearest = price WHERE dearest IS NULL"))

    migrate.migrate(shop)

    with shop.engine.connect() as connection:
        offers = connection.execute(text("SELECT * FROM search_offers WHERE product_id IN ('7', '8', '9') ORDER BY 1"))
        assert [tuple(row) for row in offers] == [
            ("7", [7, 90], [1, 2], ["11", "11"], "11"),
            ("8", [], [], [], ""),
            ("9", [9], [], [], "1"),
        ]
        assert connection.execute(text("SELECT count(*) FROM search_offers")).scalar() == 1001


def test_other_faults_are_not_tried_again(shop: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "time", SimpleNamespace(sleep=lambda _seconds: pytest.fail("tried again")))
    with shop.engine.begin() as connection:
        connection.execute(text("ALTER TABLE payments DROP COLUMN released CASCADE"))

    with pytest.raises(Exception, match="released"):
        migrate.migrate(shop)


def version(shop: db.Database) -> str:
    """Which migration was the last."""
    with shop.engine.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def newest() -> str:
    """Return the newest migration there is."""
    return max(path.name[:4] for path in (migrate.FOLDER / "orders" / "versions").glob("*.py"))
