"""Checks of the catalogue: what lies on the shelf is in it, and its pictures are in the bucket."""

from collections.abc import Iterator

from app.fsck import Check, Fault
from app.services import images, inventory
from app.services.catalog.reading import find_variants, walk


def _find_unknown_stock() -> Iterator[Fault]:
    for variants in inventory.stocked():
        for variant in sorted(set(variants) - find_variants(variants).keys()):
            yield Fault(variant, "lies on the shelf, and the catalogue does not know it")


def _find_lost_pictures() -> Iterator[Fault]:
    fields = {"products": ["media.key", "is_deleted"], "collections": ["cover.key"]}
    for kind, wanted in fields.items():
        for things in walk(kind, wanted):
            for thing in things:
                shown = [*thing.get("media", ()), *([thing["cover"]] if thing.get("cover") else [])]
                for picture in shown if not thing.get("is_deleted") else ():
                    if not images.is_kept(picture["key"]):
                        yield Fault(thing["_id"], f"its picture {picture['key']} is not in S3")


CHECKS = (
    Check("catalog.stock", "What lies on the shelf is in the catalogue, if only as deleted.", _find_unknown_stock),
    Check("catalog.pictures", "Every picture that is shown is kept.", _find_lost_pictures),
)
