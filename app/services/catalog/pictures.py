"""The better formats of pictures: made once a picture can already be seen, and noted wherever it is used."""

from typing import Any, NamedTuple

from app import clock, db, stores
from app.queue import later
from app.services import images
from app.services.catalog.documents import to_collection, to_media
from app.services.catalog.writing import raise_generation

_AT_ONCE = 200
_PARTS = ("sections", "draft")  # of the home page, where pictures stand too


class Progress(NamedTuple):
    """How many products show all their pictures in every format."""

    finished: int
    total: int


def finish_picture(key: str) -> None:
    """Make a picture's better formats and note them in every product and collection that shows it."""
    products, collections = stores.catalog()["products"], stores.catalog()["collections"]
    product_lacks = {"media": {"$elemMatch": {"key": key, "formats": []}}}
    shelf_lacks = _shelves_with({"key": key, "formats": []})
    if not products.count_documents(product_lacks, limit=1) and not collections.count_documents(shelf_lacks, limit=1):
        return
    formats = list(images.make_better(key))
    change = {"$set": {"media.$[picture].formats": formats}}
    products.update_many({"media.key": key}, change, array_filters=[{"picture.key": key}])
    collections.update_many({"cover.key": key}, {"$set": {"cover.formats": formats}})
    for part in _PARTS:
        change = {"$set": {f"{part}.$[section].picture.formats": formats}}
        collections.update_many({f"{part}.picture.key": key}, change, array_filters=[{"section.picture.key": key}])
    raise_generation()


def _shelves_with(picture: dict[str, Any]) -> dict[str, Any]:
    """Return the query for collections that show a picture with these fields, as cover or in a section."""
    cover = {f"cover.{name}": value for name, value in picture.items()}
    section = {"$elemMatch": {f"picture.{name}": value for name, value in picture.items()}}
    return {"$or": [cover, *({part: section} for part in _PARTS)]}


def queue_pictures(keys: list[str]) -> None:
    """Have the better formats of these pictures made, and noted where they are shown by now."""
    with db.orders.transaction():
        for key in keys:
            later("pictures.finish", key)


def queue_unfinished() -> None:
    """Queue pictures that have no better formats yet, each once a day: the sweep behind queue_pictures()."""
    documents = stores.catalog()["products"].find({"media.formats": []}, {"media": 1})
    shown = [to_media(picture) for document in documents.limit(_AT_ONCE) for picture in document["media"]]
    for document in stores.catalog()["collections"].find(_shelves_with({"formats": []})).limit(_AT_ONCE):
        shelf = to_collection(document)
        shown += filter(None, [shelf.cover, *(section.picture for section in (*shelf.sections, *shelf.draft))])
    with db.orders.transaction():
        for key in sorted({picture.key for picture in shown if not picture.formats}):
            later("pictures.finish", key, key=f"picture:{key}:{clock.now().date()}")


def picture_progress() -> Progress:
    """Count the products whose pictures are finished."""
    products = stores.catalog()["products"]
    total = products.count_documents({})
    return Progress(total - products.count_documents({"media.formats": []}), total)
