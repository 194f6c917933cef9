"""Notebooks and postcard sets: what they say and which plates their pictures are made from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Stationery:
    """A notebook or a set of postcards; `plates` are the handles of the prints on it, the cover first."""

    kind: Literal["Notebook", "Postcards"]
    title: str
    code: str
    plates: tuple[str, ...]
    text: str
    alt: str
    ground: str
    sold_out: bool = False

    @property
    def handle(self) -> str:
        """The title as the last part of an address."""
        return "-".join("".join(letter if letter.isalnum() else " " for letter in self.title.lower()).split())


STATIONERY: tuple[Stationery, ...] = ()
