"""Indexes and validators of the catalogue. The validators guard what every reader relies on; the rest has defaults."""

from contextlib import suppress
from typing import Any

from pymongo.database import Database
from pymongo.errors import CollectionInvalid

_TEXT = {"bsonType": "string"}
_WHOLE = {"bsonType": ["int", "long"]}
_YES_OR_NO = {"bsonType": "bool"}
_MONEY = {
    "bsonType": ["object", "null"],
    "required": ["amount", "currency"],
    "properties": {
        "amount": {**_WHOLE, "minimum": 0},
        "currency": {"bsonType": "string", "minLength": 3, "maxLength": 3},
    },
}
_MEDIA = {
    "bsonType": ["object", "null"],
    "required": ["key", "width", "height"],
    "properties": {"key": _TEXT, "width": {**_WHOLE, "minimum": 1}, "height": {**_WHOLE, "minimum": 1}},
}
_VARIANT = {
    "bsonType": "object",
    "required": ["id", "values"],
    "properties": {"id": _TEXT, "values": {"bsonType": "array", "items": _TEXT}, "price": _MONEY, "compare_at": _MONEY},
}
_PRODUCT = {
    "bsonType": "object",
    "required": ["slug", "title", "created_at", "variants", "is_published", "is_deleted", "is_stale", "revision"],
    "properties": {
        "slug": {"bsonType": "string", "minLength": 1},
        "title": _TEXT,
        "created_at": {"bsonType": "date"},
        "variants": {"bsonType": "array", "items": _VARIANT},
        "media": {"bsonType": "array", "items": _MEDIA},
        "is_published": _YES_OR_NO,
        "is_deleted": _YES_OR_NO,
        "is_stale": _YES_OR_NO,
        "revision": {**_WHOLE, "minimum": 1},
    },
}
_COLLECTION = {
    "bsonType": "object",
    "required": ["slug", "title", "product_ids", "is_published", "is_stale", "revision"],
    "properties": {
        "slug": {"bsonType": "string", "minLength": 1},
        "title": _TEXT,
        "product_ids": {"bsonType": "array", "items": _TEXT},
        "cover": _MEDIA,
        "is_published": _YES_OR_NO,
        "is_stale": _YES_OR_NO,
        "revision": {**_WHOLE, "minimum": 1},
    },
}


def up(database: Database[dict[str, Any]]) -> None:
    """Make what is missing; what exists is brought to this shape."""
    for name, schema in (("products", _PRODUCT), ("collections", _COLLECTION)):
        _validate(database, name, schema)
        database[name].create_index("is_stale", partialFilterExpression={"is_stale": True})
    # A tombstone gives its address free.
    database["products"].create_index("slug", unique=True, partialFilterExpression={"is_deleted": False})
    database["products"].create_index("variants.id", unique=True)
    database["products"].create_index("media.key")
    database["collections"].create_index("slug", unique=True)
    database["collections"].create_index("position")


def _validate(database: Database[dict[str, Any]], name: str, schema: dict[str, Any]) -> None:
    with suppress(CollectionInvalid):  # it exists
        database.create_collection(name)
    database.command("collMod", name, validator={"$jsonSchema": schema})
