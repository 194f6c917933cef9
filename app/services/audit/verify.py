"""Checking that every row still says what was sealed, and that every seal agrees with the checkpoints."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, stores
from app.services.audit.books import BOOKS, GENESIS, Book, canonical, digest, signing_key

_SEALED_WITHIN = timedelta(minutes=5)
_READ_AT_ONCE = 8  # checkpoints, by as many connections


@dataclass
class Report:
    """What was found: how many rows and checkpoints agree, and a sentence for each thing that does not."""

    rows: int = 0
    checkpoints: int = 0
    problems: list[str] = field(default_factory=list)


def verify() -> Report:
    """Recompute both chains from their first row and compare them with the signed checkpoints in S3.

    A row is protected from its sealing on; a row altered in the second before is not noticed.
    """
    report = Report()
    for book in BOOKS.values():
        expected = _read_checkpoints(book, report)
        with book.database.transaction() as session:  # rows come by a cursor, which lives in a transaction
            _walk(session, book, expected, report)
            _find_unsealed(session, book, report)
    return report


def _walk(session: Session, book: Book, expected: dict[int, str], report: Report) -> None:
    name, chain, intake = book.database.name, book.chain, book.intake
    pairs = session.execute(
        select(chain, intake).outerjoin(intake, intake.id == chain.intake_id).order_by(chain.position),
        execution_options={"yield_per": 1000},
    )
    last, previous = 0, GENESIS
    for entry, row in pairs:
        if entry.position != last + 1:
            report.problems.append(f"{name}: the chain's entries {last + 1} to {entry.position - 1} are missing.")
        elif entry.previous != previous:
            report.problems.append(f"{name}: the chain's entry {entry.position} does not follow the one before it.")
        if row is None:
            report.problems.append(f"{name}: row {entry.intake_id} (entry {entry.position}) is missing.")
        elif digest(row, entry.position, entry.previous) != entry.hash:
            what = f"entry {entry.position}: {row.act} of {row.subject}"
            report.problems.append(f"{name}: row {row.id} ({what}) was altered.")
        else:
            report.rows += 1
        if expected.pop(entry.position, entry.hash) != entry.hash:
            report.problems.append(f"{name}: the chain up to entry {entry.position} is not what its checkpoint signed.")
        last, previous = entry.position, entry.hash
    for position in expected:
        report.problems.append(f"{name}: entry {position} was signed and is missing; the chain ends at {last}.")


def _find_unsealed(session: Session, book: Book, report: Report) -> None:
    chain, intake = book.chain, book.intake
    left = session.scalars(
        select(intake.id)
        .outerjoin(chain, chain.intake_id == intake.id)
        .where(chain.intake_id.is_(None), intake.at < clock.now() - _SEALED_WITHIN)
        .order_by(intake.id)
    )
    for row_id in left:
        report.problems.append(f"{book.database.name}: row {row_id} was never sealed. Does the scheduler run?")


def _read_checkpoints(book: Book, report: Report) -> dict[int, str]:
    """Return the hash that was signed for each position; what cannot be trusted is reported and left out."""
    found: dict[int, str] = {}
    client, bucket = stores.s3(), stores.bucket()

    def read(key: str) -> bytes:
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    try:
        with ThreadPoolExecutor(_READ_AT_ONCE) as pool:  # a year brings thousands of them
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=book.folder):
                keys = [listed["Key"] for listed in page.get("Contents", [])]
                for key, body in zip(keys, pool.map(read, keys), strict=True):
                    if (signed := _read_signed(book, body)) is None:
                        report.problems.append(f"{key}: this checkpoint is not signed by this shop.")
                    else:
                        found[signed[0]] = signed[1]
    except (BotoCoreError, ClientError) as error:
        report.problems.append(f"{book.database.name}: the checkpoints could not be read from S3: {error}")
    report.checkpoints += len(found)
    return found


def _read_signed(book: Book, body: bytes) -> tuple[int, str] | None:
    try:
        content = json.loads(body)
        signed = {"database": book.database.name, "position": content["position"], "hash": content["hash"]}
        signing_key().public_key().verify(bytes.fromhex(content["signature"]), canonical(signed))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return None
    return int(content["position"]), str(content["hash"])
