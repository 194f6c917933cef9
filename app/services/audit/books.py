"""One book a database: its tables, how a row is hashed, and the key that signs its checkpoints."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import db, keys
from app.services.audit.models import (
    Checkpoint,
    CustomersCheckpoint,
    CustomersEntry,
    CustomersIntake,
    CustomersUnsealed,
    Entry,
    Intake,
    OrdersCheckpoint,
    OrdersEntry,
    OrdersIntake,
    OrdersUnsealed,
    Unsealed,
)

GENESIS = "0" * 64


@dataclass(frozen=True)
class Book:
    """The audit of one database."""

    database: db.Database
    intake: type[Intake]
    unsealed: type[Unsealed]
    chain: type[Entry]
    checkpoints: type[Checkpoint]

    @property
    def folder(self) -> str:
        """Where its checkpoints lie in the bucket."""
        return f"audit/{self.database.name}/"


BOOKS = {
    "customers": Book(db.customers, CustomersIntake, CustomersUnsealed, CustomersEntry, CustomersCheckpoint),
    "orders": Book(db.orders, OrdersIntake, OrdersUnsealed, OrdersEntry, OrdersCheckpoint),
}


def digest(row: Intake, position: int, previous: str) -> str:
    """Return the hash of a row at its place in the chain: SHA-256 over canonical JSON."""
    content = {
        "position": position, "previous": previous, "id": row.id, "at": row.at.astimezone(UTC).isoformat(),
        "actor": row.actor, "act": row.act, "subject": row.subject, "before": row.before, "after": row.after,
        "request_id": row.request_id,
    }  # fmt: skip
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: dict[str, Any]) -> bytes:
    """Write `content` in the one way that is hashed and signed: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def signing_key() -> Ed25519PrivateKey:
    """Return the key of the checkpoints. Whoever can write to the database cannot sign without the shop's secret."""
    return Ed25519PrivateKey.from_private_bytes(keys.derive("audit-checkpoints"))
