"""Interference: two simple things that together are not simple. Moiré."""

from app.demo.series.plate import Plate, Series

SERIES = Series(
    handle="interference",
    title="Interference",
    code="IN",
    text="Two sets of plain lines, printed over each other slightly out of step. The pattern you see is on neither "
    "plate.",
    how="From Interference, a series of moiré figures: each ink prints one grating, and the eye makes the rest.",
    tags=("Op art", "Lines"),
    plates=(
        Plate(
            title="Beat Frequency",
            form="beat",
            seed=1,
            paper="white",
            inks=("cobalt", "vermilion"),
            text="Two gratings, five degrees apart. Step back and slow bars of violet rise through the sheet like "
            "the beating of two strings that are nearly in tune.",
            alt="fine blue and red line gratings crossing at a small angle, with slow bands where they meet.",
            settings={"pitch": 5.2, "twist": 5, "angle": 84, "bow": 16},
            edition="full",
            room="desk",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Two Stones",
            form="ripples",
            seed=2,
            paper="cream",
            inks=("navy", "teal"),
            text="Two stones dropped at one moment into one still pond. The rings are exact; the long curves where "
            "they agree are nobody's work.",
            alt="two sets of concentric rings in navy and teal overlapping in a circle.",
            settings={"pitch": 7.0, "apart": 74, "angle": 90, "tone": 0.42},
            room="sofa",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Sphere, Engraved",
            form="sphere",
            seed=3,
            paper="bone",
            inks=("black", "terracotta"),
            text="A ball that is only level lines, growing thicker where the light leaves it, as on an old "
            "banknote. Its shadow is the one place where terracotta appears.",
            alt="a sphere shaded by black horizontal lines, with a terracotta line shadow under it.",
            settings={"pitch": 5.4, "radius": 160, "lift": -45},
            edition="full",
            room="sideboard",
            detail=(0.62, 0.5),
        ),
        Plate(
            title="Pleat",
            form="pleats",
            seed=4,
            paper="white",
            inks=("indigo",),
            text="A curtain in a draught, in one indigo ink. The lines keep their number from edge to edge; only "
            "the space between them is allowed to move.",
            alt="upright indigo lines swelling and thinning like the folds of a curtain.",
            settings={"pitch": 8.4, "fold": 74, "scale": 240, "tone": 0.42},
            room="bench",
        ),
        Plate(
            title="Standing Wave",
            form="waves",
            seed=5,
            paper="night",
            inks=("butter", "coral"),
            text="A string held at both ends, photographed for as long as it sounded. Butter and coral lines cross "
            "where it stands still and open where it swings.",
            alt="butter yellow and coral wavy lines crossing in a column on midnight paper.",
            settings={"pitch": 12, "high": 26, "length": 150, "step": 0.5, "lean": 5, "tone": 0.26},
            room="sideboard",
        ),
        Plate(
            title="Crossfade",
            form="beat",
            seed=6,
            paper="white",
            inks=("pink", "sky", "butter"),
            text="Three light inks laid over one another at sixty degrees, so that every mixture of them turns up. It "
            "changes with the hour and with how far away you stand.",
            alt="a circle woven from pink, sky blue and butter-yellow bands that mix where they cross.",
            settings={"pitch": 50.0, "twist": 60, "angle": 75, "tone": 0.5, "round": 1},
            edition="papers",
            room="shelf",
        ),
        Plate(
            title="Loudspeaker",
            form="ripples",
            seed=7,
            paper="blush",
            inks=("brick", "plum"),
            text="Rings of brick and plum, a hand's breadth out of true. At arm's length it hums; across the room "
            "it settles into petals.",
            alt="a round of brick and plum rings slightly off centre from each other, making petal shapes.",
            settings={"pitch": 6.2, "apart": 22, "angle": 35, "tone": 0.5, "round": 1},
            room="desk",
        ),
        Plate(
            title="Silk",
            form="pleats",
            seed=8,
            paper="fog",
            inks=("teal", "rose"),
            text="Shot silk changes colour as it turns, because warp and weft are dyed apart. Here teal and rose "
            "run side by side, and each fold prefers one of them.",
            alt="side-by-side teal and rose lines rippling like shot silk.",
            settings={"pitch": 10.0, "fold": 88, "scale": 260, "tone": 0.44, "apart_seed": 1},
            edition="small",
            published=False,
            room="sofa",
        ),
    ),
)
