"""Writing a row: in the transaction of the act, or not at all."""

from collections.abc import Mapping
from typing import Any

from flask import g, has_app_context
from sqlalchemy import insert

from app import clock, db
from app.services.audit.books import BOOKS


def record(
    database: db.Database,
    actor: str,
    act: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> str:
    """Note in the open transaction that `actor` ("staff:…", "shop", "operator") did `act` to `subject` ("order:…").

    Returns the row's id. `before` and `after` hold plain JSON values: what changed, never a secret.
    RuntimeError without a transaction.
    """
    if not database.in_transaction:
        raise RuntimeError("audit.record() needs the transaction of the act: they commit together")
    row_id = db.new_id()
    row = {
        "id": row_id, "at": clock.now(), "actor": actor, "act": act, "subject": subject,
        "before": dict(before) if before is not None else None, "after": dict(after) if after is not None else None,
        "request_id": g.get("request_id") if has_app_context() else None,
    }  # fmt: skip
    # A bulk insert asks nothing back: RETURNING would need the right to SELECT, which the web role lacks.
    database.session.execute(insert(BOOKS[database.name].intake), [row])
    return row_id
