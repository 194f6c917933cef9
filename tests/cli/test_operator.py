"""`flask shop check` and `flask shop audit verify`."""

import logging
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from redis.exceptions import OutOfMemoryError, ResponseError
from sqlalchemy import text

from app import clock, db, queue, stores
from app.outbox import OrdersOutbox
from app.services import audit
from app.services.health import checks
from app.tasks import clock as what_the_clock_starts


@pytest.fixture(autouse=True)
def the_clock_runs(app):
    what_the_clock_starts.beat()


def run(app, *args):
    return app.test_cli_runner().invoke(args=["shop", *args])


@contextmanager
def orders_set_to(stores, name, value):
    """The database of orders with a setting of PostgreSQL's that its new connections have."""
    of_orders = f"ALTER DATABASE orders{stores.suffix}"
    with psycopg.connect(stores.engines.postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"{of_orders} SET {name} = '{value}'")
        db.orders.close()
        try:
            yield
        finally:
            connection.execute(f"{of_orders} RESET {name}")
            db.orders.close()


def test_check_says_that_all_is_well(app):
    said = run(app, "check")

    assert said.exit_code == 0, said.output
    assert "All is well." in said.output


def test_check_of_a_shop_that_is_well_writes_nothing_but_its_answer(app):
    # alembic says so once in a process, as it is loaded, so another test may have heard it before.
    assert not logging.getLogger("alembic.runtime.plugins").isEnabledFor(logging.INFO)

    assert run(app, "check").stderr == ""


def test_check_names_what_is_not_and_what_to_do(app):
    with db.orders.transaction():
        queue.later("payments.refund", "x")
    with db.orders.transaction() as session:
        session.query(OrdersOutbox).one().failed_at = clock.now()
        queue.later("payments.refund", "y")

    with clock.at(clock.now() + timedelta(minutes=6)):
        said = run(app, "check")

    assert said.exit_code == 1
    assert "is a worker running?" in said.output
    assert "python -m app.tasks.worker" in said.output
    assert "1 jobs gave up" in said.output
    assert "clock" in said.output


def test_check_notices_that_nobody_does_what_the_clock_starts(app):
    with clock.at(clock.now() + timedelta(minutes=6)):
        stopped = run(app, "check")
    stores.redis().flushdb()
    never = run(app, "check")

    assert (stopped.exit_code, never.exit_code) == (1, 1)
    for said in (stopped, never):
        assert "bad  queue        nothing that the clock starts was done" in said.output
        assert "python -m app.tasks.scheduler" in said.output


def test_check_gives_no_advice_about_what_could_not_be_asked(app, monkeypatch):
    def refuse():
        raise ConnectionError("no database")

    monkeypatch.setattr(db.orders, "reading", refuse)

    said = run(app, "check")

    assert "Check SHOP_ORDERS_URL, that PostgreSQL runs" in said.output
    for advice in ("NTP", "Start a worker", "owner's role"):
        assert advice not in said.output
    assert said.output.count("could not be asked") == 5


def test_check_takes_a_redis_that_does_not_tell_its_settings(app, monkeypatch):
    def refuse(_):
        raise ResponseError("unknown command 'CONFIG'")

    monkeypatch.setattr(stores.redis(), "config_get", refuse)

    said = run(app, "check")

    assert said.exit_code == 0, said.output
    assert "which must be noeviction" in said.output


def test_check_notices_a_redis_that_takes_nothing(app, monkeypatch):
    def refuse(*_, **__):
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'")

    monkeypatch.setattr(stores.redis(), "set", refuse)
    monkeypatch.setattr(stores.cache(), "set", refuse)

    said = run(app, "check")

    assert "bad  redis        OutOfMemoryError" in said.output
    assert "it needs room" in said.output
    assert "bad  cache" in said.output


def test_check_notices_a_database_that_takes_no_changes(app, stores):
    with orders_set_to(stores, "default_transaction_read_only", "on"):
        said = run(app, "check")

    assert "BAD  orders       answers, and takes no changes" in said.output


def test_check_notices_a_database_whose_disk_is_full(app, monkeypatch):
    full = text("DO $$ BEGIN RAISE disk_full USING MESSAGE = 'could not write to file: No space left'; END $$")
    monkeypatch.setattr(checks, "_ROOM", full)

    said = run(app, "check")

    assert said.exit_code == 1
    assert "No space left" in said.output
    assert "its disk has room" in said.output


def test_check_takes_a_database_that_may_write_little_aside(app, stores):
    with orders_set_to(stores, "temp_file_limit", "100kB"):
        said = run(app, "check")

    assert said.exit_code == 0, said.output


def test_check_leaves_out_what_is_being_worked_on(app):
    add("imports.go_on", leased=True)

    said = run(app, "check")

    assert said.exit_code == 0, said.output


def test_check_names_the_worker_that_is_missing(app):
    add("pictures.take")

    idle = run(app, "check")
    add("pictures.finish", leased=True)
    busy = run(app, "check")

    assert (idle.exit_code, busy.exit_code) == (1, 0)
    assert "ok   queue" in idle.output
    assert "bad  pictures" in idle.output
    assert "python -m app.tasks.worker --pictures" in idle.output


def test_fsck_does_not_name_pictures_that_wait_for_others(app):
    add("pictures.take")

    idle = run(app, "fsck", "--only", "jobs.done")
    add("pictures.finish", leased=True)
    busy = run(app, "fsck", "--only", "jobs.done")

    assert (idle.exit_code, busy.exit_code) == (1, 0)


def add(name, *, leased=False):
    """Add a job that is due for an hour."""
    moment = clock.now()
    until = moment + timedelta(minutes=1) if leased else None
    with db.orders.transaction() as session:
        session.add(OrdersOutbox(
            id=db.new_id(), name=name, args=[], created_at=moment, due_at=moment - timedelta(hours=1),
            leased_until=until, attempts=0,
        ))  # fmt: skip


def test_check_notices_a_database_of_another_release(app, stores):
    url = stores.engines.postgres.url(f"orders{stores.suffix}", "owner")
    with psycopg.connect(url, autocommit=True) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        try:
            said = run(app, "check")
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", [version])

    assert said.exit_code == 1
    assert "flask shop migrate" in said.output


@pytest.mark.usefixtures("catalog_down")
def test_command_says_that_a_store_is_down(app):
    said = run(app, "reindex")

    assert said.exit_code == 1
    assert said.stderr.startswith("Error: A store does not do what it was asked; `flask shop check` says which")
    assert "127.0.0.1" in said.stderr


@pytest.mark.parametrize(
    ("statement", "back", "says"),
    [
        ("ALTER TABLE outbox RENAME TO other", "ALTER TABLE other RENAME TO outbox", "run `flask shop migrate`"),
        (
            "ALTER TABLE outbox RENAME error TO other",
            "ALTER TABLE outbox RENAME other TO error",
            "`flask shop migrate`",
        ),
        ("ALTER TABLE outbox OWNER TO postgres", "ALTER TABLE outbox OWNER TO owner", "needs the owner's role"),
    ],
)
def test_command_says_that_a_database_is_of_another_release_or_role(app, stores, statement, back, says):
    url = stores.engines.postgres.url(f"orders{stores.suffix}", "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
        try:
            said = run(app, "fsck", "--only", "jobs")
        finally:
            connection.execute(back)

    assert said.exit_code == 1
    assert says in said.stderr
    assert "outbox" in said.stderr


def test_verify_says_how_much_agrees_and_fails_for_a_problem(app, stores):
    with db.orders.transaction():
        audit.record(db.orders, "staff:cleo", "order.note", "order:1")
    audit.seal()
    well = run(app, "audit", "verify")
    url = stores.engines.postgres.url(f"orders{stores.suffix}", "postgres")
    with psycopg.connect(url, autocommit=True, options="-c session_replication_role=replica") as connection:
        connection.execute("UPDATE audit_intake SET actor = 'staff:ben'")

    altered = run(app, "audit", "verify")

    assert (well.exit_code, well.output) == (0, "1 rows and 0 checkpoints agree.\n")
    assert altered.exit_code == 1
    assert "was altered" in altered.output


def test_fsck_refuses_a_name_that_no_check_has_and_says_which_there_are(app):
    said = run(app, "fsck", "--only", "stok")

    assert said.exit_code == 1
    assert "No check's name begins with “stok”. There are: " in said.output
    assert "stock.reserved" in said.output
    assert "agree" not in said.output
