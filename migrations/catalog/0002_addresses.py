"""Find things by the addresses they had, and what changed last."""

from typing import Any

from pymongo.database import Database


def up(database: Database[dict[str, Any]]) -> None:
    """Make what is missing."""
    for name in ("products", "collections"):
        database[name].create_index("old_slugs")
        database[name].create_index("updated_at")
