"""Pictures of an import: from a folder or an address, missing, slow, and erased once they are taken."""

import pytest
from sqlalchemy.exc import OperationalError

from app import db, stores
from app.errors import Invalid
from app.services import catalog, images
from tests import make
from tests.pictures import picture_bytes, slow_server
from tests.services.catalog.conftest import HEADER, line
from tests.working import work


def test_import_takes_pictures_from_a_folder_and_says_which_it_cannot_have(bring, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "cup.jpg").write_bytes(picture_bytes(400, 500))
    (folder / "bad.jpg").write_bytes(b"<svg/>")
    nowhere = "http://127.0.0.1:9/none.jpg"

    run = bring(
        line(
            Handle="cup",
            Title="Cup",
            Variant_Price="3",
            Image_Src="https://old.example/cup.jpg?v=1",
            Image_Alt_Text="A cup",
        ),
        line(Handle="cup", Image_Src="bad.jpg"),
        line(Handle="cup", Image_Src=nowhere),
        folder=folder,
    )

    [picture] = catalog.get("cup").media
    assert (picture.alt, picture.width) == ("A cup", 400)
    assert run.changed == 1
    problems = catalog.problems_of(run.id)
    assert "bad.jpg was left out. This is not a JPEG" in problems
    assert f"{nowhere} was left out. Its server cannot be reached." in problems


def test_finished_import_leaves_nothing_of_its_own_in_the_bucket(bring, tmp_path):
    (tmp_path / "cup.jpg").write_bytes(picture_bytes(400, 500))
    row = line(Handle="cup", Title="Cup", Variant_Price="3", Image_Src="cup.jpg")

    def stop():
        (sent,) = catalog.list_imports()
        assert left(sent) == 2

    run = bring(row, folder=tmp_path, to_the_end=stop)
    work("imports.")

    assert len(catalog.get("cup").media) == 1
    assert left(run) == 0


def left(run):
    return stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix=f"imports/{run.id}/")["KeyCount"]


@pytest.mark.parametrize(
    "address", ["https://[domain]/cup.jpg", "https://cdn..example.com/cup.jpg", "https://cdn.example.com:port/cup.jpg"]
)
def test_import_goes_on_after_an_address_that_is_none(bring, address):
    run = bring(line(Handle="cup", Title="Cup", Variant_Price="3", Image_Src=address), line(Handle="mug", Title="Mug"))

    assert run.finished_at is not None
    assert "was left out. That is no address of a picture." in catalog.problems_of(run.id)
    assert catalog.get("cup").media == ()


def test_import_goes_on_after_a_server_that_sends_its_picture_byte_by_byte(bring, monkeypatch):
    monkeypatch.setattr("app.services.catalog.taking._SECONDS_FOR_PICTURES", 0.2)
    with slow_server() as address:
        run = bring(line(Handle="cup", Title="Cup", Image_Src=address), line(Handle="mug", Title="Mug"))

    assert (run.changed, "Its server is too slow." in catalog.problems_of(run.id)) == (2, True)


def test_finished_pictures_show_in_every_format(app):
    images.make_bucket()
    media = images.add(picture_bytes(400, 500))
    product = make.product(media=(media,))
    catalog.queue_pictures([media.key])

    work("pictures.")

    assert catalog.get(product.slug).media[0].formats == ("webp", "avif")
    assert catalog.picture_progress() == (1, 1)


def sent():
    found = stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix="imports/")
    return [each["Key"] for each in found.get("Contents", ())]


@pytest.fixture
def pictured(app, tmp_path):
    """A file that names a picture, and the folder with it."""
    images.make_bucket()
    (tmp_path / "cup.jpg").write_bytes(picture_bytes(40, 50))
    path = tmp_path / "products.csv"
    path.write_text(f"{HEADER}\n{line(Handle='cup', Title='Cup', Variant_Price='3', Image_Src='cup.jpg')}\n")
    return path


def test_import_leaves_nothing_in_the_bucket_while_the_database_is_down(app, pictured):
    db.orders.close()
    db.orders.open("postgresql+psycopg://nobody@127.0.0.1:9/none")
    try:
        with pytest.raises(OperationalError):
            catalog.start_import(pictured, folder=pictured.parent)
    finally:
        db.orders.close()
        db.orders.open(app.extensions["config"].orders_url)

    assert sent() == []


def test_import_leaves_nothing_in_the_bucket_of_a_file_that_is_cut_off(pictured):
    pictured.write_text(pictured.read_text() + f"{line(Handle='mug', Title='Mug', Variant_Price='3')}\njar,Jar")

    with pytest.raises(Invalid, match="cut off"):
        catalog.start_import(pictured, folder=pictured.parent)

    assert sent() == []
