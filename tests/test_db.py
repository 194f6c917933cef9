"""The databases as the shop opens them."""

from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import db
from app.queue import later


@pytest.mark.parametrize("database", db.BOTH, ids=lambda database: database.name)
def test_a_transaction_of_the_dead_gives_its_locks_back_within_a_minute(app: Flask, database: db.Database) -> None:
    with database.transaction() as session:
        assert session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "1min"


_COUNT = text("SELECT (SELECT count(*) FROM carts), (SELECT count(*) FROM outbox)")


def add_cart_and_job(name: str) -> None:
    with db.orders.transaction() as session:
        session.execute(
            text("INSERT INTO carts (id, revision, created_at, updated_at) VALUES (:id, 1, now(), now())"), {"id": name}
        )
        later("email.order_confirmed", name, key=name)


def counted() -> tuple[int, int]:
    with db.orders.reading() as session:
        carts, jobs = session.execute(_COUNT).one()
        return carts, jobs


def test_a_nested_block_is_committed_with_the_outer_one(app: Flask) -> None:
    with db.orders.transaction():
        add_cart_and_job("one")
        assert counted() == (1, 0)  # jobs are written together, just before the commit

    assert counted() == (1, 1)


@db.orders.transaction()
def add_twice_and_go_on() -> None:
    add_cart_and_job("one")
    with suppress(IntegrityError):
        add_cart_and_job("one")


def test_what_a_nested_block_failed_at_cannot_be_half_committed(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="savepoint"):
        add_twice_and_go_on()

    assert counted() == (0, 0)


def test_a_savepoint_undoes_its_own_rows_and_jobs_only(app: Flask) -> None:
    with db.orders.transaction():
        add_cart_and_job("one")
        with suppress(ZeroDivisionError), db.orders.savepoint():
            add_cart_and_job("two")
            _ = 1 / 0
        add_cart_and_job("three")

    assert counted() == (2, 2)


def test_a_savepoint_forgives_no_failure_from_before_it(app: Flask) -> None:
    def add_twice_and_undo_another() -> None:
        with db.orders.transaction():
            add_cart_and_job("one")
            with suppress(ZeroDivisionError), db.orders.transaction():
                _ = 1 / 0
            with suppress(ZeroDivisionError), db.orders.savepoint():
                _ = 1 / 0

    with pytest.raises(RuntimeError, match="savepoint"):
        add_twice_and_undo_another()

    assert counted() == (0, 0)


def test_a_snapshot_sees_one_moment_and_writes_nothing(app: Flask) -> None:
    count = text("SELECT count(*) FROM carts")
    add = text("INSERT INTO carts (id, revision, created_at, updated_at) VALUES ('new', 1, now(), now())")

    with db.orders.snapshot() as session:
        before = session.execute(count).scalar()
        with db.orders.engine.begin() as elsewhere:
            elsewhere.execute(add)

        assert session.execute(count).scalar() == before
        assert session.execute(text("SHOW transaction_read_only")).scalar() == "on"

    with db.orders.reading() as session:
        assert session.execute(count).scalar() == 1


def test_a_snapshot_refuses_to_begin_within_another_block(app: Flask) -> None:
    with db.orders.transaction(), pytest.raises(RuntimeError), db.orders.snapshot():
        pass
