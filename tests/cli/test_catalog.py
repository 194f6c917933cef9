"""`flask shop imports`."""

import pytest

from app.services import catalog, images
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
