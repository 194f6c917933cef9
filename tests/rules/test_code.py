"""House rules of the code that no linter knows (STYLE, Tests)."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import errors, tasks
from app.blueprints._pages import STATUS
from app.errors import ShopError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "app").rglob("*.py"))
LONGEST = 320  # lines
MAY_BE_LONGER = {
    "migrations/orders/versions/0002_tables.py": "generated from the models",
}
READS_ENVIRONMENT = {"app/tasks/worker.py", "app/tasks/scheduler.py"}  # they hand it to Config, as `wsgi.py` does
BUILDS_CLIENTS = {"app/stores.py", "app/db.py", "app/__init__.py"}  # the last one builds the client that pushes jobs
CLIENTS = {"MongoClient", "AsyncMongoClient", "create_engine", "from_url", "StrictRedis", "ConnectionPool"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a file by the last name of what is called."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node


def kinds_of(kind: type[ShopError]) -> Iterator[type[ShopError]]:
    for below in kind.__subclasses__():
        yield below
        yield from kinds_of(below)


def test_every_refusal_has_a_status():
    assert {kind for kind in kinds_of(ShopError) if not set(kind.__mro__) & set(STATUS)} == set()
    assert {kind for kind in kinds_of(ShopError) if kind.__module__ == errors.__name__} == set(STATUS)


def test_every_job_asked_for_by_name_exists():
    asked = {
        node.args[0].value
        for path in SOURCES
        for called, node in calls(path)
        if called in {"later", "mend_by"} and node.args and isinstance(node.args[0], ast.Constant)
    }

    assert len(asked) > 8
    assert asked - set(tasks.JOBS) == set()


@pytest.mark.parametrize("name", tasks.JOBS)
def test_job_is_a_function_that_says_why_twice_is_harmless(name):
    job = tasks.find(name)

    assert inspect.isfunction(job)
    assert job.__doc__


def test_only_what_starts_a_process_reads_the_environment():
    def names(path: Path) -> Iterator[str]:
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os":
                yield node.attr
            if isinstance(node, ast.ImportFrom):
                yield from (alias.name for alias in node.names)

    reading = {name_of(path) for path in SOURCES if {"environ", "getenv"} & {*names(path)}}

    assert reading == READS_ENVIRONMENT


def test_only_the_stores_build_their_clients():
    assert {name_of(path) for path in SOURCES if {called for called, _ in calls(path)} & CLIENTS} == BUILDS_CLIENTS


def test_files_are_short():
    folders = ("app", "bin", "migrations", "standins", "tests")
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    }

    assert {name for name, length in lengths.items() if length > LONGEST} == set(MAY_BE_LONGER)


def test_forms_refuse_in_the_shop_s_words():
    taken = {
        (name_of(path), name.name)
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "wtforms"
        for name in node.names
    }

    assert "Form" not in {name for _, name in taken}, taken
