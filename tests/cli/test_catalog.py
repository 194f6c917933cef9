"""`flask shop imports`."""

from datetime import timedelta

import pytest

from app import clock, stores
from app.queue import failing
from app.services import catalog, images
from app.services.catalog import taking
from tests.working import work


@pytest.fixture
def imports(app):
    """Run the command with what is added."""
    return lambda *args: app.test_cli_runner().invoke(args=["shop", "imports", *map(str, args)])


@pytest.fixture
def started(app, tmp_path):
    """An import that was asked for."""
    images.make_bucket()
    file = tmp_path / "products.csv"
    file.write_text("Handle,Title,Variant Price\ncup,Cup,12.50\n")
    return catalog.start_import(file)


def test_problems_are_written_to_the_file(imports, started, tmp_path):
    said = imports(started, "--problems", tmp_path / "out.csv")

    assert said.exit_code == 0, said.output
    assert (tmp_path / "out.csv").read_text().startswith("Row,")


def test_an_import_says_that_something_was_wrong_and_where_it_is_told(imports, app, tmp_path):
    images.make_bucket()
    file = tmp_path / "products.csv"
    file.write_text("Handle,Title,Variant Price\ncup,Cup,12.50\njug,Jug,dear\n")
    run = catalog.start_import(file)
    work()

    said = imports()

    assert "0 things" not in said.output
    assert f"2 things to look at; `flask shop imports {run} --problems FILE.csv` writes them down." in said.output


def test_problems_of_no_import_are_refused(imports, started, tmp_path):
    said = imports("--problems", tmp_path / "out.csv")

    assert said.exit_code == 2
    assert "Name the import too" in said.output
    assert not (tmp_path / "out.csv").exists()


def test_file_that_cannot_be_written_is_refused_in_a_sentence(imports, started, tmp_path):
    said = imports(started, "--problems", tmp_path / "nowhere" / "out.csv")

    assert said.exit_code == 1
    assert "cannot be written: No such file or directory." in said.output


def test_an_import_that_is_ended_keeps_what_came_in_and_takes_no_more(imports, app, tmp_path, monkeypatch):
    monkeypatch.setattr("app.services.catalog.imports._PRODUCTS_TOGETHER", 2)
    images.make_bucket()
    file = tmp_path / "products.csv"
    file.write_text("Handle,Title,Variant Price\n" + "".join(f"cup-{n},Cup,12.50\n" for n in range(6)))
    run = catalog.start_import(file)
    add = taking.add_products

    def end_meanwhile(products):
        monkeypatch.setattr(taking, "add_products", add)
        assert "It ends within a minute" in imports(run, "--end").output
        return add(products)

    monkeypatch.setattr(taking, "add_products", end_meanwhile)
    work("imports.")

    assert "ended at 33%: 2 changed, 0 as they were, 0 left out" in imports().output
    assert len(catalog.list_ids("products")) == 2
    assert stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix="imports/").get("Contents") is None
    with clock.at(clock.now() + timedelta(hours=1)):
        assert work("imports.") == ["imports.go_on"], "which erases what a worker left that died meanwhile"
    assert failing("imports.go_on") == set()
    assert len(catalog.list_ids("products")) == 2


def test_an_import_that_waits_is_ended_and_what_was_sent_for_it_erased(imports, started):
    imports(started, "--end")

    work("imports.")

    assert "ended at 0%: 0 changed" in imports().output
    assert catalog.list_ids("products") == []
    assert stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix="imports/").get("Contents") is None


def test_an_import_that_is_over_is_not_ended(imports, started):
    work("imports.")

    said = imports(started, "--end")

    assert said.exit_code == 1
    assert "over already" in said.output
    assert "finished: 1 changed" in imports(started).output


@pytest.mark.parametrize(
    ("args", "words"), [(["--end"], "Name the import too"), (["nothing", "--end"], "no such import")]
)
def test_no_import_is_ended_that_is_not_named(imports, started, args, words):
    said = imports(*args)

    assert said.exit_code != 0
    assert words in said.output
    work("imports.")
    assert "finished" in imports(started).output
