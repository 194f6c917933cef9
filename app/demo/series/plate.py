"""What a series and its plates are made of: the words a visitor reads and the settings the drawing starts from."""

from dataclasses import dataclass, field
from typing import Literal

from app.demo.goods import handle_of

Edition = Literal["framed", "papers", "full", "small", "limited"]


@dataclass(frozen=True)
class Plate:
    """One print. `form` names the composition in the series' drawing module, `settings` turn its screws.

    The same seed, form, inks and settings draw the same picture for ever. `detail` is where on the sheet a close-up
    is taken, as shares of its width and height; a plate without one has no close-up.
    """

    title: str
    form: str
    seed: int
    paper: str
    inks: tuple[str, ...]
    text: str
    alt: str
    settings: dict[str, float] = field(default_factory=dict)
    edition: Edition = "framed"
    room: str = "sideboard"
    detail: tuple[float, float] | None = None
    published: bool = True
    sold_out: bool = False

    @property
    def handle(self) -> str:
        """The title as the last part of an address."""
        return handle_of(self.title)


@dataclass(frozen=True)
class Series:
    """Plates drawn by one idea; `handle` is also the name of the drawing module in `art/`."""

    handle: str
    title: str
    code: str
    text: str
    how: str
    tags: tuple[str, ...]
    plates: tuple[Plate, ...]
