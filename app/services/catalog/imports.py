"""Imports products from a file: read at once, taken in the background, some at a time, from wherever it stopped.

The one rule: what the file says and the shop has already is not written again, so the same file twice changes nothing.
"""

import csv
import io
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Update, func, select, update

from app import clock, config, db, stores
from app.errors import Conflict, NotFound
from app.queue import done, later
from app.services.catalog.drafts import Group, Problem
from app.services.catalog.forms import pictures, read_draft, read_groups
from app.services.catalog.models import ImportProblem, ImportRun
from app.services.catalog.pictures import queue_pictures
from app.services.catalog.stocking import take_stock
from app.services.catalog.taking import Taken, Work, name_of

_SECONDS_AT_ONCE = 20.0  # then another job goes on, so that other work has its turn
_UNTIL_ERASED = timedelta(minutes=2)  # in which the job that runs ends, and needs the pictures no more
_PRODUCTS_AT_ONCE = 100
_PRODUCTS_TOGETHER = 25  # in one write to each database
_FORMULA = re.compile(r"^[=+\-@\t\r]")


class Rehearsal(NamedTuple):
    """What an import would do."""

    products: int
    variants: int
    problems: list[Problem]


def rehearse(path: Path) -> Rehearsal:
    """Read a file without taking anything from it."""
    problems: list[Problem] = []
    drafts = [read_draft(group, config.current().currency) for group in read_groups(path, problems, problems)]
    problems += (problem for draft in drafts for problem in draft.problems)
    return Rehearsal(
        sum(bool(draft.variants) for draft in drafts),
        sum(len(draft.variants) for draft in drafts),
        sorted(problems, key=lambda problem: problem.row),
    )


def start_import(path: Path, *, folder: Path | None = None, sets_stock: bool = False) -> str:
    """Put a file, and its pictures from `folder`, where workers find them, and queue the work. Returns the run's id.

    Stock is taken for variants that never had any; with `sets_stock` the file's numbers replace what is on hand.
    """
    run, repeated, shared = db.new_id(), list[Problem](), list[Problem]()
    list_imports(limit=1)  # while the database is down nothing is sent that nobody would take
    with tempfile.TemporaryFile() as draft, ExitStack() as undo:
        undo.callback(_erase, run)
        for group in read_groups(path, repeated, shared):
            draft.write(json.dumps(group).encode() + b"\n")
            if folder:
                _send_pictures(run, folder, group)
        size = draft.tell()
        draft.seek(0)
        stores.s3().put_object(Bucket=stores.bucket(), Key=f"imports/{run}/products.jsonl", Body=draft)
        undo.pop_all()
    with db.orders.transaction() as session:
        session.add(
            ImportRun(
                id=run, file_name=path.name, sets_stock=sets_stock, size=size, failed=len(repeated),
                created_at=clock.now(),
            )
        )  # fmt: skip
        session.flush()
        session.add_all(_rows(run, [*repeated, *shared]))
        later("imports.go_on", run, 0, key=f"import:{run}:0")
    return run


def go_on(run_id: str) -> None:
    """Take the next products of a run for a while, then queue the rest; at its end, erase what was sent for it."""
    run = get_import(run_id)
    began, work = time.monotonic(), Work(run)
    lines = _next_lines(run)
    while lines and not _is_over(run) and time.monotonic() - began <= _SECONDS_AT_ONCE:
        drafts = [read_draft(json.loads(line), config.current().currency) for line in lines[:_PRODUCTS_TOGETHER]]
        taken = work.take(drafts)
        run = _note(run, taken, sum(map(len, lines[: len(taken)])))
        lines = lines[len(taken) :] or _next_lines(run)
    queue_pictures(sorted(work.new_pictures))
    if _is_over(run):
        _erase(run.id)
    with db.orders.transaction() as session:
        if _is_over(run):
            session.execute(_finish(run.id))
        else:
            later("imports.go_on", run.id, run.position, key=f"import:{run.id}:{run.position}")
        done()


def end_import(run_id: str) -> ImportRun:
    """Take nothing more of a file than what its job has in hand; what came in stays. Raises NotFound and Conflict.

    A run that is finished before its end was ended.
    """
    get_import(run_id)
    with db.orders.transaction() as session:
        run = session.scalars(_finish(run_id).returning(ImportRun)).one_or_none()
        if run is None:
            raise Conflict("This import is over already: what came in stays.")
        later("imports.go_on", run_id, run.position, key=f"import:{run_id}:end", delay=_UNTIL_ERASED)
    return run


def get_import(run_id: str) -> ImportRun:
    """Return a run, or raise NotFound."""
    with db.orders.reading() as session:
        run = session.get(ImportRun, run_id)
    if run is None:
        raise NotFound("There is no such import.")
    return run


def list_imports(limit: int = 20) -> Sequence[ImportRun]:
    """List the newest imports."""
    with db.orders.reading() as session:
        return session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)).all()


def count_problems(run_id: str) -> int:
    """Count what was wrong in a file, pictures that could not be had among it."""
    with db.orders.reading() as session:
        return session.scalar(select(func.count()).where(ImportProblem.run_id == run_id)) or 0


def problems_of(run_id: str) -> str:
    """Return what was wrong in a file, as a CSV that a spreadsheet opens without running anything."""
    with db.orders.reading() as session:
        found = session.scalars(
            select(ImportProblem).where(ImportProblem.run_id == run_id).order_by(ImportProblem.row, ImportProblem.id)
        ).all()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Row", "Handle", "Problem"))
    writer.writerows((each.row, _harmless(each.handle), _harmless(each.problem)) for each in found)
    return text.getvalue()


def _send_pictures(run: str, folder: Path, group: Group) -> None:
    for source in pictures(group):
        name = name_of(source)
        if name and (folder / name).is_file():
            content = (folder / name).read_bytes()
            stores.s3().put_object(Bucket=stores.bucket(), Key=f"imports/{run}/images/{name}", Body=content)


def _next_lines(run: ImportRun) -> list[bytes]:
    if _is_over(run):
        return []
    answer = stores.s3().get_object(
        Bucket=stores.bucket(), Key=f"imports/{run.id}/products.jsonl", Range=f"bytes={run.position}-"
    )
    return list(islice(answer["Body"].iter_lines(chunk_size=1 << 16, keepends=True), _PRODUCTS_AT_ONCE))


def _erase(run_id: str) -> None:
    """Take the file and its pictures out of the bucket: nothing reads them once every product is taken."""
    pages = stores.s3().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=stores.bucket(), Prefix=f"imports/{run_id}/"):
        if found := page.get("Contents"):
            stores.s3().delete_objects(
                Bucket=stores.bucket(), Delete={"Objects": [{"Key": each["Key"]} for each in found], "Quiet": True}
            )


def _note(run: ImportRun, taken: Sequence[Taken], length: int) -> ImportRun:
    """Take the stock of products that were taken and move on past them, with what was wrong in them, in one commit."""
    change = {"position": run.position + length}
    for outcome, count in Counter(each.outcome for each in taken).items():
        change[outcome] = getattr(run, outcome) + count
    statement = update(ImportRun).where(ImportRun.id == run.id).values(**change).returning(ImportRun)
    with db.orders.transaction() as session:
        take_stock(run, taken)
        session.add_all(_rows(run.id, (problem for each in taken for problem in each.draft.problems)))
        return session.scalars(statement, execution_options={"populate_existing": True}).one()


def _is_over(run: ImportRun) -> bool:
    return run.finished_at is not None or run.position >= run.size


def _finish(run_id: str) -> Update:
    return (
        update(ImportRun).where(ImportRun.id == run_id, ImportRun.finished_at.is_(None)).values(finished_at=clock.now())
    )


def _rows(run_id: str, problems: Iterable[Problem]) -> Iterator[ImportProblem]:
    return (ImportProblem(id=db.new_id(), run_id=run_id, **asdict(each)) for each in problems)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
