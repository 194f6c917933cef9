"""The databases as the shop opens them."""

import pytest
from flask import Flask
from sqlalchemy import text

from app import db


@pytest.mark.parametrize("database", db.BOTH, ids=lambda database: database.name)
def test_a_transaction_of_the_dead_gives_its_locks_back_within_a_minute(app: Flask, database: db.Database) -> None:
    with database.transaction() as session:
        assert session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "1min"


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
