"""The sealer: chains what was committed, and sends signed checkpoints of the chain out of the database."""

import json
from datetime import timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app import clock, db, stores
from app.services.audit.books import BOOKS, GENESIS, Book, canonical, digest, signing_key

_AT_MOST = 1000  # rows in one transaction
_ONE_AT_A_TIME = 7_283_010_002  # any number, the same in every release
_CHECKPOINT_EVERY = timedelta(minutes=10)


def seal() -> int:
    """Chain the rows that wait in both databases. Returns how many; a second sealer at the same time does nothing.

    Rows are found by having no seal, not by their id or time: a long transaction commits rows older than sealed ones.
    """
    return sum(_seal_one(book) for book in BOOKS.values())


def checkpoint() -> int:
    """Sign the head of each chain that moved, ten minutes after its last checkpoint, and store it in S3.

    Returns how many were stored. Twice is harmless: the same position makes the same object.
    """
    return sum(_checkpoint_one(book) for book in BOOKS.values())


def _seal_one(book: Book) -> int:
    intake, unsealed, chain = book.intake, book.unsealed, book.chain
    with book.database.transaction() as session:
        if not session.execute(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))).scalar():
            return 0
        rows = session.scalars(
            select(intake).join(unsealed, unsealed.intake_id == intake.id).order_by(intake.id).limit(_AT_MOST)
        ).all()
        if not rows:
            return 0
        newest = select(chain.position, chain.hash).order_by(chain.position.desc()).limit(1)
        head, previous = session.execute(newest).one_or_none() or (0, GENESIS)
        moment = clock.now()
        entries = []
        for position, row in enumerate(rows, start=head + 1):
            sealed = digest(row, position, previous)
            entries.append(
                {"position": position, "intake_id": row.id, "previous": previous, "hash": sealed, "sealed_at": moment}
            )
            previous = sealed
        session.execute(insert(chain), entries)
        session.execute(delete(unsealed).where(unsealed.intake_id.in_([row.id for row in rows])))
    return len(rows)


def _checkpoint_one(book: Book) -> int:
    chain, checkpoints = book.chain, book.checkpoints
    with book.database.reading() as session:
        head = session.execute(
            select(chain.position, chain.hash, chain.sealed_at).order_by(chain.position.desc()).limit(1)
        ).one_or_none()
        last = session.execute(
            select(checkpoints.position, checkpoints.stored_at).order_by(checkpoints.position.desc()).limit(1)
        ).one_or_none()
    if head is None or (last and last.position == head.position):
        return 0
    if last and clock.now() - last.stored_at < _CHECKPOINT_EVERY:
        return 0
    content = {"database": book.database.name, "position": head.position, "hash": head.hash}
    signed = content | {"at": head.sealed_at.isoformat(), "signature": signing_key().sign(canonical(content)).hex()}
    db.require_no_transaction()
    stores.s3().put_object(
        Bucket=stores.bucket(), Key=f"{book.folder}{head.position:012}.json",
        Body=json.dumps(signed, indent=1).encode(), ContentType="application/json",
    )  # fmt: skip
    with book.database.transaction() as session:
        session.execute(
            pg_insert(checkpoints).values(position=head.position, stored_at=clock.now()).on_conflict_do_nothing()
        )
    return 1
