"""The audit: complete, chained, and altered by nobody unnoticed."""

import threading
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock, db, stores
from app.services import audit


def record(subject: str = "order:1", act: str = "order.note") -> None:
    with db.orders.transaction():
        audit.record(db.orders, "staff:cleo", act, subject, before={"n": 1}, after={"text": "Ümläut", "n": None})


def by_hand(stores_, statement: str) -> None:
    """Change the database as somebody with all rights and bad intent would."""
    url = stores_.engines.postgres.url(f"orders{stores_.suffix}", "postgres")
    with psycopg.connect(url, autocommit=True, options="-c session_replication_role=replica") as connection:
        assert connection.execute(statement).rowcount > 0


def ids() -> list[str]:
    with db.orders.reading() as session:
        return list(session.scalars(text("SELECT intake_id FROM audit_chain ORDER BY position")))


def test_record_needs_the_transaction_of_the_act(app):
    with pytest.raises(RuntimeError):
        audit.record(db.orders, "staff:cleo", "order.note", "order:1")


def test_record_goes_with_the_act_when_it_is_rolled_back(app):
    with suppress(ZeroDivisionError), db.orders.transaction():
        audit.record(db.orders, "staff:cleo", "order.note", "order:1")
        raise ZeroDivisionError

    assert audit.seal() == 0


def test_sealed_rows_agree(app):
    for n in range(3):
        record(f"order:{n}")
    assert audit.seal() == 3
    assert audit.seal() == 0

    report = audit.verify()

    assert report.problems == []
    assert report.rows == 3


def test_verify_names_the_row_that_was_altered_by_hand(app, stores):
    for n in range(3):
        record(f"order:{n}")
    audit.seal()
    altered = ids()[1]

    by_hand(stores, f"UPDATE audit_intake SET after = '{{\"n\": 2}}' WHERE id = '{altered}'")

    assert audit.verify().problems == [f"orders: row {altered} (entry 2: order.note of order:1) was altered."]


def test_verify_names_the_row_that_is_missing(app, stores):
    for n in range(3):
        record(f"order:{n}")
    audit.seal()
    missing = ids()[1]

    by_hand(stores, f"DELETE FROM audit_intake WHERE id = '{missing}'")

    assert audit.verify().problems == [f"orders: row {missing} (entry 2) is missing."]


def test_verify_notices_a_removed_end_by_its_checkpoint(app, stores):
    for n in range(3):
        record(f"order:{n}")
    audit.seal()
    assert audit.checkpoint() == 1

    by_hand(stores, "DELETE FROM audit_chain WHERE position = 3")
    by_hand(stores, "DELETE FROM audit_intake WHERE subject = 'order:2'")

    assert audit.verify().problems == ["orders: entry 3 was signed and is missing; the chain ends at 2."]


def test_verify_notices_a_chain_that_was_made_anew(app, stores):
    record("order:1")
    audit.seal()
    audit.checkpoint()
    row = ids()[0]

    by_hand(stores, f"UPDATE audit_intake SET actor = 'staff:ben' WHERE id = '{row}'")
    by_hand(stores, "DELETE FROM audit_chain")
    by_hand(stores, f"INSERT INTO audit_unsealed VALUES ('{row}')")
    audit.seal()

    assert audit.verify().problems == ["orders: the chain up to entry 1 is not what its checkpoint signed."]


def test_verify_refuses_a_checkpoint_that_the_shop_did_not_sign(app):
    record()
    audit.seal()
    audit.checkpoint()
    key = "audit/orders/000000000001.json"
    body = stores_s3_get(key).replace(b'"position": 1', b'"position": 2')
    stores.s3().put_object(Bucket=stores.bucket(), Key=key, Body=body)

    assert audit.verify().problems == [f"{key}: this checkpoint is not signed by this shop."]


def test_verify_reads_many_checkpoints_at_once(app):
    for passed in (0, 11):
        record()
        audit.seal()
        with clock.at(clock.now() + timedelta(minutes=passed)):
            assert audit.checkpoint() == 1
    both = threading.Barrier(2, timeout=5)

    def meet(**_: object) -> None:
        both.wait()

    stores.s3().meta.events.register("before-call.s3.GetObject", meet)
    try:
        report = audit.verify()
    finally:
        stores.s3().meta.events.unregister("before-call.s3.GetObject", meet)

    assert (report.checkpoints, report.problems) == (2, [])


def stores_s3_get(key: str) -> bytes:
    return stores.s3().get_object(Bucket=stores.bucket(), Key=key)["Body"].read()


def test_checkpoints_follow_each_other_slowly(app):
    record()
    audit.seal()
    assert audit.checkpoint() == 1
    record()
    audit.seal()

    assert audit.checkpoint() == 0
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert audit.checkpoint() == 1
        assert audit.checkpoint() == 0


def test_row_that_commits_late_is_sealed_though_a_newer_one_was_before(app):
    entered, go_on = threading.Event(), threading.Event()

    def commit_late():
        with app.app_context(), db.orders.transaction():
            audit.record(db.orders, "staff:cleo", "late", "order:1")
            entered.set()
            go_on.wait(10)

    late = threading.Thread(target=commit_late)
    late.start()
    entered.wait(10)
    record(act="early")
    assert audit.seal() == 1
    go_on.set()
    late.join()

    assert audit.seal() == 1
    assert audit.verify().problems == []
    assert audit.verify().rows == 2


def test_sealers_at_once_make_one_chain(app):
    for n in range(40):
        record(f"order:{n}")
    sealed: list[int] = []

    def seal():
        with app.app_context():
            for _ in range(5):
                record("order:more")
                sealed.append(audit.seal())

    threads = [threading.Thread(target=seal) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed.append(audit.seal())

    assert sum(sealed) == 70
    assert audit.verify().problems == []


def test_row_without_a_seal_is_reported_after_a_while(app, stores):
    record()
    by_hand(stores, "DELETE FROM audit_unsealed")
    assert audit.verify().problems == []

    with clock.at(clock.now() + timedelta(minutes=6)):
        (problem,) = audit.verify().problems

    assert "was never sealed" in problem


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_intake SET actor = 'x'", "DELETE FROM audit_chain", "TRUNCATE audit_intake"]
)
def test_database_refuses_every_change(app, statement):
    record()
    audit.seal()

    with pytest.raises(DBAPIError, match="never altered"), db.orders.transaction() as session:
        session.execute(text(statement))


def test_web_role_may_only_insert(app, stores):
    url = stores.engines.postgres.url(f"orders{stores.suffix}", "web")
    db.orders.open(url)
    try:
        record()
        for statement in ("SELECT * FROM audit_intake", "SELECT * FROM audit_chain", "DELETE FROM audit_unsealed"):
            with pytest.raises(DBAPIError, match="permission denied"), db.orders.transaction() as session:
                session.execute(text(statement))
    finally:
        db.orders.open(app.extensions["config"].orders_url)
    assert audit.seal() == 1


def test_worker_role_seals(app, stores):
    record()
    db.orders.open(stores.engines.postgres.url(f"orders{stores.suffix}", "worker"))
    db.customers.open(stores.engines.postgres.url(f"customers{stores.suffix}", "worker"))
    try:
        assert audit.seal() == 1
        assert audit.checkpoint() == 1
    finally:
        db.orders.open(app.extensions["config"].orders_url)
        db.customers.open(app.extensions["config"].customers_url)
