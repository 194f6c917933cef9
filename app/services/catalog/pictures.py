"""The better formats of pictures: made once a picture can already be seen, and noted wherever it is used."""

from typing import NamedTuple

from app import clock, db, stores
from app.queue import later
from app.services import images
from app.services.catalog.writing import raise_generation

_AT_ONCE = 200


class Progress(NamedTuple):
    """How many products show all their pictures in every format."""

    finished: int
    total: int


def finish_picture(key: str) -> None:
    """Make a picture's better formats and note them in every product and collection that shows it."""
    products, collections = stores.catalog()["products"], stores.catalog()["collections"]
    product_lacks = {"media": {"$elemMatch": {"key": key, "formats": []}}}
    cover_lacks = {"cover.key": key, "cover.formats": []}
    if not products.count_documents(product_lacks, limit=1) and not collections.count_documents(cover_lacks, limit=1):
        return
    formats = list(images.make_better(key))
    change = {"$set": {"media.$[picture].formats": formats}}
    products.update_many({"media.key": key}, change, array_filters=[{"picture.key": key}])
    collections.update_many({"cover.key": key}, {"$set": {"cover.formats": formats}})
    raise_generation()


def queue_pictures(keys: list[str]) -> None:
    """Have the better formats of these pictures made. Asked for twice on one day they are made once."""
    with db.orders.transaction():
        for key in keys:
            later("pictures.finish", key, key=f"picture:{key}:{clock.now().date()}")


def queue_unfinished() -> None:
    """Queue pictures whose job was lost: the sweep behind queue_pictures()."""
    documents = stores.catalog()["products"].find({"media.formats": []}, {"media.key": 1, "media.formats": 1})
    media = [picture for document in documents.limit(_AT_ONCE) for picture in document["media"]]
    queue_pictures(sorted({picture["key"] for picture in media if not picture["formats"]}))


def picture_progress() -> Progress:
    """Count the products whose pictures are finished."""
    products = stores.catalog()["products"]
    total = products.count_documents({})
    return Progress(total - products.count_documents({"media.formats": []}), total)
