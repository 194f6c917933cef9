"""Notebooks, postcards and wrapping paper: what they say and which plates their pictures are made from."""

from dataclasses import dataclass
from typing import Literal

from app.demo.goods import handle_of


@dataclass(frozen=True)
class Stationery:
    """A notebook, a set of postcards or a roll; `plates` are the handles of the prints on it, the cover first."""

    kind: Literal["Notebook", "Postcards", "Wrapping paper"]
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
        return handle_of(self.title)


STATIONERY = (
    Stationery(
        "Notebook",
        "Blue Sea Notebook",
        "NB01",
        ("blue-sea-and-waves",),
        "Indigo scales from edge to edge on a cover that likes being carried about. The spine is sewn and stays "
        "flat beside a keyboard, a stove or a score.",
        "an A5 notebook with a cover of indigo and white wave scales.",
        "fog",
    ),
    Stationery(
        "Notebook",
        "Quarter Turn Notebook",
        "NB02",
        ("quarter-turn",),
        "The box of bricks, bound. Red, navy, mustard and sage squares make it the one you will find on a full desk.",
        "an A5 notebook with a cover of coloured squares, quarter circles and leaves.",
        "sand",
    ),
    Stationery(
        "Notebook",
        "Night Survey Notebook",
        "NB03",
        ("night-survey",),
        "Ice-blue contour lines on midnight, wrapped round front and back, so the valley goes over the spine. For "
        "routes, lists and sleepless ideas.",
        "an A5 notebook with ice-blue contour lines on a midnight blue cover.",
        "stone",
    ),
    Stationery(
        "Notebook",
        "Terrazzo Notebook",
        "NB04",
        ("terrazzo-late-morning",),
        "Chips of brick, rose and bottle green in blush cement. It hides coffee rings better than any cover we make.",
        "an A5 notebook with a blush terrazzo cover.",
        "ice",
    ),
    Stationery(
        "Notebook",
        "Alcázar Notebook",
        "NB05",
        ("alcazar",),
        "Stars and crosses from a palace wall, in teal, navy and mustard. The corners are rounded, the paper takes "
        "a fountain pen.",
        "an A5 notebook with eight-pointed stars in teal, navy and mustard.",
        "blush",
    ),
    Stationery(
        "Notebook",
        "Wandering Path Notebook",
        "NB06",
        ("wandering-path",),
        "A path laid by tossing a coin, for people who begin in the middle. Green, white and terracotta; sold out "
        "for now, with the binder again.",
        "an A5 notebook with winding green, white and terracotta bands.",
        "sage",
        sold_out=True,
    ),
    Stationery(
        "Postcards",
        "Postcards: Horizon",
        "PC01",
        (
            "three-ridges",
            "blue-hour",
            "dune-sea",
            "harbour-moon",
            "long-summer",
            "snow-line",
            "rust-valley",
            "new-moon-pine-hills",
        ),
        "All eight landscapes at the size of a hand. You will send five and keep the sunset, the moon and one other.",
        "eight landscape postcards laid out in rows.",
        "sand",
    ),
    Stationery(
        "Postcards",
        "Postcards: Herbarium",
        "PC02",
        ("fern-unrolled", "eucalyptus", "olive-branch", "cow-parsley", "meadow-grass", "ginkgo", "fan-palm", "kelp"),
        "Eight pressed plants that no customs officer will ask about. The reverse is blank, for a long thank-you.",
        "eight botanical postcards laid out in rows.",
        "sage",
    ),
    Stationery(
        "Postcards",
        "Postcards: Tilework",
        "PC03",
        (
            "quarter-turn",
            "penrose-garden",
            "wandering-path",
            "tumbling-blocks",
            "running-stitch",
            "blue-sea-and-waves",
            "alcazar",
            "market-day",
        ),
        "Eight patterns in full colour. Pinned up edge to edge they make a small wall of tiles, without the grout.",
        "eight patterned postcards laid out in rows.",
        "ice",
    ),
    Stationery(
        "Postcards",
        "Postcards: Night",
        "PC04",
        (
            "night-survey",
            "eye-of-the-weather",
            "harbour-moon",
            "cow-parsley",
            "octave-decaying",
            "running-stitch",
            "dragonfly",
            "string-theory",
        ),
        "The eight prints we make on dark paper, together for once. White ink pens write on them beautifully.",
        "eight dark blue and green postcards laid out in rows.",
        "stone",
    ),
    Stationery(
        "Postcards",
        "Postcards: Lines",
        "PC05",
        (
            "slack-tide",
            "saddle-and-spur",
            "two-stones",
            "dahlia",
            "sphere-engraved",
            "perfect-fifth",
            "two-currents",
            "murmuration",
        ),
        "Currents, contours, rings and swings: eight prints that are nothing but line, for people who like fine pens.",
        "eight line-drawn postcards laid out in rows.",
        "blush",
        sold_out=True,
    ),
    Stationery(
        "Wrapping paper",
        "Wrapping Paper: Market Day",
        "WP01",
        ("market-day",),
        "The awnings of a Saturday market by the metre. It folds sharply, tears straight along the ruler, and nobody "
        "asks what is inside before they have said something about the outside.",
        "a roll of wrapping paper, partly unrolled, with the pattern of Market Day.",
        "fog",
    ),
    Stationery(
        "Wrapping paper",
        "Wrapping Paper: Tumbling Blocks",
        "WP02",
        ("tumbling-blocks",),
        "Cubes that stand on each other, or hang from each other, depending on who looks. Corners of boxes disappear "
        "in it, which forgives a great deal of tape.",
        "a roll of wrapping paper, partly unrolled, with cubes in three shades.",
        "sand",
    ),
    Stationery(
        "Wrapping paper",
        "Wrapping Paper: Penrose Garden",
        "WP03",
        ("penrose-garden",),
        "Two rhombs that never repeat. Cut it wherever you like: no join will show, and no two presents are alike.",
        "a roll of wrapping paper, partly unrolled, with a pattern of rhombs.",
        "blush",
    ),
)
