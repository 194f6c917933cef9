"""What a select or a set of radio buttons offers. Here alone, because wtforms' stubs do not know it yet."""

from collections import Counter
from collections.abc import Sequence

from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from app.services import catalog

__all__ = ["SelectChoice", "shelf_choices"]


def shelf_choices(shelves: Sequence[catalog.Collection]) -> list[SelectChoice]:
    """Offer collections by title; those that share one are told apart by their addresses."""
    bearers = Counter(shelf.title for shelf in shelves)
    names = (shelf.title if bearers[shelf.title] == 1 else f"{shelf.title} ({shelf.url})" for shelf in shelves)
    return [SelectChoice(shelf.id, name) for shelf, name in zip(shelves, names, strict=True)]
