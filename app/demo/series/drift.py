"""Drift: lines let go in a current. Flow fields."""

from app.demo.series.plate import Plate, Series

SERIES = Series(
    handle="drift",
    title="Drift",
    code="DR",
    text="Thousands of lines let go in an invisible current. None of them may touch another; where they crowd, they "
    "stop.",
    how="From Drift, a series of flow fields: each line follows the slope of a slow noise until it meets a neighbour.",
    tags=("Abstract", "Lines"),
    plates=(
        Plate(
            title="Slack Tide",
            form="disc",
            seed=11,
            paper="white",
            inks=("navy", "cobalt", "sea"),
            text="A full circle of water in the minute before it turns. Navy strands press in from the left, "
            "hesitate in the middle and leave as sea green. Hung large, it reads as a moon; close up, as a "
            "current.",
            alt="a circle filled with fine flowing lines in navy, cobalt and sea green on white paper.",
            settings={"scale": 210, "gap": 2.6, "turn": 1.1},
            edition="full",
            room="sofa",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Undertow",
            form="page",
            seed=23,
            paper="cream",
            inks=("vermilion", "coral", "apricot", "sun"),
            text="What pulls below the surface, drawn in the colours of the evening above it. The lines thicken "
            "where the current is sure of itself and thin out where it doubts.",
            alt="flowing bands of lines from vermilion at the top to yellow at the bottom of a cream sheet.",
            settings={"scale": 330, "gap": 5.2, "turn": 0.9, "lean": 0.3, "by_height": 1, "thick": 0.62, "mix": 0.12},
            room="sideboard",
        ),
        Plate(
            title="Murmuration",
            form="page",
            seed=37,
            paper="fog",
            inks=("black",),
            text="Starlings over a winter field, as one line each. A single black ink does all the work: the flock "
            "darkens where its paths gather and opens again where they part.",
            alt="thousands of short black strokes turning together like a flock of birds, on pale grey paper.",
            settings={"scale": 190, "gap": 3.4, "turn": 1.5, "steps": 22, "thick": 0.5},
            edition="papers",
            sold_out=True,
            room="desk",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Eye of the Weather",
            form="page",
            seed=41,
            paper="night",
            inks=("ice", "sky", "butter"),
            text="A storm seen from far above, when it is only a pattern. Ice blue and butter yellow are laid "
            "opaque on midnight paper, so that the whirl seems lit from inside.",
            alt="a pale whirl of lines in ice blue and butter yellow turning on midnight blue paper.",
            settings={"scale": 300, "gap": 3.2, "turn": 0.7, "whirl": 2.1, "whirl_x": 0.44, "whirl_y": 0.42},
            edition="full",
            room="bench",
            detail=(0.46, 0.42),
        ),
        Plate(
            title="Two Currents",
            form="pair",
            seed=59,
            paper="white",
            inks=("teal", "terracotta"),
            text="One circle above the other, cut from the same river an hour apart. Teal and terracotta lines "
            "change places between them; it hangs as well in a narrow hall as over a bed.",
            alt="two circles, one above the other, of teal and terracotta flowing lines.",
            settings={"scale": 230, "gap": 3.1, "turn": 1.0, "by_height": 1, "mix": 0.22},
            room="shelf",
        ),
        Plate(
            title="Combed Sand",
            form="page",
            seed=64,
            paper="sand",
            inks=("umber", "terracotta"),
            text="A dry garden raked at dusk. The strokes are long and nearly parallel, and only the stones that "
            "are not there make them bend. Printed in umber and terracotta on sand-coloured paper.",
            alt="long, nearly parallel brown strokes bending softly across sand-coloured paper.",
            settings={"scale": 420, "gap": 4.2, "turn": 0.42, "lean": 1.35, "steps": 260, "thick": 0.5},
            edition="papers",
            room="bench",
        ),
        Plate(
            title="Window on the Sound",
            form="arch",
            seed=72,
            paper="bone",
            inks=("indigo", "teal", "mint"),
            text="An arched window with nothing behind it but moving water. The current falls from indigo to mint "
            "as the eye goes down; the wide margin keeps it calm.",
            alt="an arch filled with flowing lines from indigo at the top to mint green at the foot.",
            settings={"scale": 260, "gap": 3.0, "turn": 0.8, "lean": 0.2, "by_height": 1, "mix": 0.1},
            room="sofa",
        ),
        Plate(
            title="Northerly",
            form="page",
            seed=83,
            paper="white",
            inks=("navy", "vermilion"),
            text="Wind from the north meets something warm and neither gives way. Broad strokes of vermilion and "
            "navy, two inks and no third, cut the sheet along a line that keeps moving as you look. An edition "
            "of fifty.",
            alt="broad vermilion strokes above and navy ones below, meeting in a diagonal on white paper.",
            settings={"scale": 280, "gap": 8.4, "turn": 0.85, "lean": -0.9, "thick": 0.7, "mix": 0.02},
            edition="limited",
            room="sideboard",
        ),
    ),
)
