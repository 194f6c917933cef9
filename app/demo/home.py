"""The home page of the demo shop, section by section."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section. `shelves` are handles of collections, `shown_of` names a picture by a product's handle."""

    id: str
    kind: str
    title: str
    text: tuple[str, ...] = ()
    shown_of: str = ""
    link: tuple[str, str] = ("", "")
    shelves: tuple[str, ...] = ()


HOME_PARTS = (
    Part(
        id="opening",
        kind="hero",
        title="Pictures drawn by rule and by chance, printed to order.",
        shown_of="home",
        text=("Sixty prints from one small studio in Berlin: tides, contours, windows and leaves.",),
        link=("See everything", "/products"),
    ),
    Part(
        id="season",
        kind="products",
        title="New this season",
        link=("All of this season", "/collections/new-this-season"),
        shelves=("new-this-season",),
    ),
    Part(
        id="studio",
        kind="story",
        title="A rule, a little chance, and a press",
        text=(
            (
                "Each print begins as a rule: where a current goes, how a hill falls, when a pendulum turns. Chance "
                "decides the rest, once, and then the sheet is what it is. "
                "We print on matte paper and cotton rag when you order, look at every sheet, and frame it by hand."
            ),
        ),
        shown_of="three-ridges 2",
        link=("How it travels to you", "/shipping"),
    ),
    Part(
        id="shelves",
        kind="collections",
        title="For every wall",
        shelves=("warm-rooms", "blue-and-green", "drift", "herbarium", "leadlight", "relief", "notebooks", "under-30"),
    ),
    Part(
        id="limited",
        kind="story",
        title="Fifty of each, and no second edition",
        text=(
            (
                "Four plates a year are printed once: on cotton rag, 50 × 70 cm, numbered and signed in pencil. "
                "When they are gone they are gone."
            ),
        ),
        shown_of="new-moon-pine-hills 2",
        link=("Limited editions", "/collections/limited-editions"),
    ),
    Part(
        id="presents",
        kind="products",
        title="Small things, good presents",
        link=("Everything under €30", "/collections/under-30"),
        shelves=("under-30",),
    ),
)
