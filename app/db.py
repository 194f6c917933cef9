"""The two SQL databases: who is a session's owner, and where a transaction begins and ends.

The one rule: only services open a transaction, and nothing calls the network inside one.
"""

import base64
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, DateTime, Executable, MetaData, Row, Table, create_engine, event, func
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeEngine

from app import clock

# A machine that lost its power says no goodbye: its open transaction must not keep its locks until TCP notices, hours
# later. Nothing here calls the network in a transaction, so none rests for a minute.
_ENDS_OF_THE_DEAD = {
    "options": "-c idle_in_transaction_session_timeout=60s",
    "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000,
}  # fmt: skip
REST_SECONDS = 2.0  # after which a connection is asked whether it still lives, before it is used

_LIKE_SIGN = re.compile(r"([\\%_])")
_numbering = threading.Lock()
_last_number = 0

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
_TYPES: dict[Any, TypeEngine[Any]] = {datetime: DateTime(timezone=True), int: BigInteger()}


class CustomersModel(DeclarativeBase):
    """Base of the tables in the database `customers`."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = _TYPES


class OrdersModel(DeclarativeBase):
    """Base of the tables in the database `orders`."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = _TYPES


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return a model's table, for writes that touch no loaded entity: SQLAlchemy then looks for none."""
    return cast(Table, model.__table__)


def anywhere(words: str) -> ColumnElement[str]:
    """Return the pattern by which LIKE finds `words` in a text that is plain: small and without accents."""
    return func.plain("%" + _LIKE_SIGN.sub(r"\\\1", words) + "%")


class Database:
    """One database: its pool, and the session of the thread that asks."""

    def __init__(self, name: str, model: type[DeclarativeBase]) -> None:
        self.name = name
        self.model = model
        self._engine: Engine | None = None
        self._reading_engine: Engine | None = None
        self._local = threading.local()

    def open(self, url: str, *, pool_size: int = 8) -> None:
        """Point at the server at `url`. Connects on first use."""
        self.close()
        self._engine = self._pool(url, pool_size)
        # What needs no transaction has connections of its own: to take one out of that mode and back costs more.
        self._reading_engine = self._pool(url, pool_size, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        for engine in (self._engine, self._reading_engine):
            if engine is not None:
                engine.dispose()

    def _pool(self, url: str, size: int, **options: Any) -> Engine:
        engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=size,
            pool_use_lifo=True,  # the connection that was used last knows the statements, and its backend is warm
            max_overflow=size,
            pool_timeout=5,
            hide_parameters=True,  # errors go to the log, and what people typed does not
            connect_args={"connect_timeout": 5, "application_name": f"stoa-{self.name}"} | _ENDS_OF_THE_DEAD,
            **options,
        )
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ping_after_rest, engine))
        return engine

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """The pools of transactions and of reads. For tests that watch what is asked."""
        return self.engine, self._reading_engine or self.engine

    @property
    def engine(self) -> Engine:
        """The pool. For migrations and tests; services take a session."""
        if self._engine is None:
            raise RuntimeError(f"the database {self.name} is not open; create_app() opens it")
        return self._engine

    @property
    def session(self) -> Session:
        """The session of the block this thread is in: `transaction()`, `reading()` or `snapshot()`."""
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            raise RuntimeError(f"no block is open on {self.name}: use transaction() or reading()")
        return session

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open here."""
        return bool(getattr(self._local, "in_transaction", False))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit when the outermost block ends, roll back on any exception.

        A nested block is a part of the outer one: when it raises, nothing is committed, even if somebody catches that.
        Whoever means to catch it and go on uses `savepoint()`.
        """
        if self.in_transaction:
            try:
                yield self.session
            except BaseException:
                self._local.is_broken = True
                raise
            return
        self._local.after_commit, self._local.collected, self._local.is_broken = [], [], False
        with Session(self.engine, expire_on_commit=False) as session:
            outer = getattr(self._local, "session", None)
            self._local.session, self._local.in_transaction = session, True
            try:
                with session.begin():
                    yield session
                    if self._local.is_broken:
                        raise RuntimeError("a nested block failed and somebody went on; that needs savepoint()")
                    self._hand_over()
            finally:
                self._local.session, self._local.in_transaction = outer, False
        for act in self._local.after_commit:
            act()

    @contextmanager
    def savepoint(self) -> Iterator[Session]:
        """Undo only this block when it raises, so that the open transaction can go on. Costs two statements."""
        acts, rows, was_broken = len(self._local.after_commit), len(self._local.collected), self._local.is_broken
        try:
            with self.session.begin_nested():
                yield self.session
        except BaseException:
            self._local.is_broken = was_broken
            del self._local.after_commit[acts:], self._local.collected[rows:]
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read without a transaction of one's own: two round trips fewer. Inside a transaction, reads in it."""
        if getattr(self._local, "session", None) is not None:
            yield self.session
            return
        with Session(self.engines[1], expire_on_commit=False) as session:
            self._local.session = session
            try:
                yield session
            finally:
                self._local.session = None

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Read only, and all of it as it was at one moment. For checks that compare table with table."""
        if getattr(self._local, "session", None) is not None:
            raise RuntimeError(f"a block is open on {self.name} already: its moment has begun")
        engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with Session(engine, expire_on_commit=False) as session:
            self._local.session = session
            try:
                yield session
            finally:
                self._local.session = None

    def value(self, statement: Executable, values: Mapping[str, Any]) -> Any:
        """Read one value of a statement that was built once: the shortest way, without a session of its own."""
        session: Session | None = getattr(self._local, "session", None)
        if session is not None:
            return session.scalar(statement, values)
        with self.engines[1].connect() as connection:
            return connection.scalar(statement, values)

    def rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Read the rows of a statement that was built once and asks for columns: a third of what entities cost."""
        session: Session | None = getattr(self._local, "session", None)
        return self.alone(statement, values) if session is None else session.execute(statement, values).all()

    def alone(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run a statement that is a commit of its own, and return its rows: two round trips fewer.

        Raises RuntimeError while a transaction is open: whoever wrote there means to commit both or neither.
        """
        if self.in_transaction:
            raise RuntimeError(f"a commit of its own inside a transaction on {self.name}")
        with self.engines[1].connect() as connection:
            return connection.execute(statement, values).all()

    def collect(self, write: Callable[[list[Any]], None], row: Any) -> None:
        """Have `write` write all rows collected for it at once, as the last act of the open transaction."""
        if not self.in_transaction:
            raise RuntimeError("collect() needs an open transaction")
        self._local.collected.append((write, row))

    def _hand_over(self) -> None:
        together: dict[Callable[[list[Any]], None], list[Any]] = {}
        for write, row in self._local.collected:
            together.setdefault(write, []).append(row)
        for write, rows in together.items():
            write(rows)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Run `act` once the open transaction has committed; never when it rolls back."""
        if not self.in_transaction:
            raise RuntimeError("after_commit() needs an open transaction")
        self._local.after_commit.append(act)


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ping_after_rest(engine: Engine, connection: Any, record: Any, _proxy: Any) -> None:
    """Make sure that a connection which rested a while still lives; one in constant use is not asked each time."""
    if time.monotonic() - record.info.get("rests_since", time.monotonic()) < REST_SECONDS:
        return
    try:
        is_alive = engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        is_alive = False
    if not is_alive:
        raise DisconnectionError  # SQLAlchemy throws the connection away and opens another


customers = Database("customers", CustomersModel)
orders = Database("orders", OrdersModel)
BOTH = (customers, orders)


def require_no_transaction() -> None:
    """Raise when this thread holds a transaction open: a call to another company may take seconds."""
    for database in BOTH:
        if database.in_transaction:
            raise RuntimeError(f"a call over the network inside a transaction on {database.name}")


def new_id() -> str:
    """Return a new id: 20 lower-case base32 characters, in order of time (48 bits of milliseconds, 52 random).

    Within one process and millisecond each is above the one before (RFC 9562, 6.2, monotonic random: the first of a
    millisecond leaves the top bit free for those that follow).
    """
    global _last_number
    with _numbering:
        milliseconds = int(clock.now().timestamp() * 1000)
        if milliseconds == _last_number >> 52:
            number = _last_number + 1 + secrets.randbits(32)
        else:
            number = (milliseconds << 52) | secrets.randbits(51)
        _last_number = number
    return base64.b32hexencode((number << 4).to_bytes(13, "big"))[:20].decode().lower()
