"""Pieces of pages that are made once for the same values: `{% call kept("card", product, level) %}…{% endcall %}`.

The one rule: what stands in one depends on nothing but the values that it names, so it is never old.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask

_MOST = 3_000  # in each process, a kilobyte or two each


def register(app: Flask) -> None:
    """Give templates `kept`. Where templates are read anew when they change, nothing is kept."""
    made: dict[tuple[Any, ...], str] = {}
    keeps = not app.config["TEMPLATES_AUTO_RELOAD"]

    def kept(*values: Any, caller: Callable[[], str]) -> str:
        try:
            found = made.get(values)
        except TypeError:  # made of something that may change, as examples are
            return caller()
        if found is None:
            found = caller()
            if keeps:
                if len(made) >= _MOST:
                    made.clear()
                made[values] = found
        return found

    app.jinja_env.globals["kept"] = kept
