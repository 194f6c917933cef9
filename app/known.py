"""What a process has read of a store, to be shown again until that changes.

The one rule: it is for looking at. Nothing is put in a cart, reserved or ordered by what stands here.
"""

from typing import Any

from flask import current_app


def known_at(kind: str, generation: str | None) -> dict[str, Any]:
    """Return what this process has read of a kind since the store came to `generation`, for the asker to add to.

    What is known of another generation is forgotten; without one nothing is known.
    """
    if generation is None:
        return {}
    known: dict[str, tuple[str, dict[str, Any]]] = current_app.extensions.setdefault("known", {})
    of, found = known.get(kind, ("", {}))
    if of != generation:
        found = {}
        known[kind] = (generation, found)
    return found
