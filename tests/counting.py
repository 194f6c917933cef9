"""How many questions a piece of code asks the stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pymongo import monitoring
from sqlalchemy import event

from app import db

_ASKING = {"find", "aggregate", "count", "distinct", "insert", "update", "delete", "findAndModify"}


@dataclass
class Counted:
    """The statements sent to the SQL databases, and the commands sent to the catalogue."""

    statements: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    @property
    def sql(self) -> int:
        """How many SQL statements."""
        return len(self.statements)

    @property
    def mongo(self) -> int:
        """How many MongoDB commands."""
        return len(self.commands)


class _Commands(monitoring.CommandListener):
    """Notes what every client of this process asks; pymongo takes listeners only before a client is made."""

    counted: Counted | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.counted is not None and event.command_name in _ASKING:
            self.counted.commands.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


_commands = _Commands()
monitoring.register(_commands)


@contextmanager
def count_queries() -> Iterator[Counted]:
    """Count what is asked while the block runs."""
    counted = Counted()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.statements.append(statement)

    engines = [engine for database in db.BOTH for engine in database.engines]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    _commands.counted = counted
    try:
        yield counted
    finally:
        _commands.counted = None
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
