"""The hand-picked shelves of the shop: what the people of the studio would put in the window."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """A collection chosen by hand; `cover` is the handle of the product whose picture stands for it."""

    handle: str
    title: str
    text: str
    products: tuple[str, ...]
    cover: str


HERO_PLATES = ("blue-hour", "slack-tide", "three-ridges")

SHELVES = (
    Shelf(
        "new-this-season",
        "New this season",
        "The prints that came off the press this autumn, and the ones we cannot stop looking at.",
        (
            "three-ridges",
            "slack-tide",
            "fern-unrolled",
            "quarter-turn",
            "blue-hour",
            "sphere-engraved",
            "cow-parsley",
            "rose-window",
            "night-survey",
            "long-summer",
            "octave-decaying",
            "penrose-garden",
        ),
        "long-summer",
    ),
    Shelf(
        "warm-rooms",
        "For warm rooms",
        "Vermilion, apricot, terracotta and brick: prints that keep a north-facing room company.",
        (
            "three-ridges",
            "undertow",
            "dune-sea",
            "watershed",
            "chapel-at-noon",
            "tumbling-blocks",
            "loudspeaker",
            "sun-over-the-survey",
            "combed-sand",
            "ginkgo",
        ),
        "dune-sea",
    ),
    Shelf(
        "blue-and-green",
        "Blue and green",
        "Water, weather and leaves. They go with each other, and with almost any sofa.",
        (
            "blue-hour",
            "sounding",
            "slack-tide",
            "fan-palm",
            "harbour-moon",
            "window-on-the-sound",
            "blue-sea-and-waves",
            "eucalyptus",
            "low-island",
            "dragonfly",
            "kelp",
        ),
        "blue-hour",
    ),
    Shelf(
        "limited-editions",
        "Limited editions",
        "Fifty of each on cotton rag, numbered and signed. When they are gone they are gone.",
        ("northerly", "new-moon-pine-hills", "basalt", "sunday-clock"),
        "new-moon-pine-hills",
    ),
)
