"""Tilework: a few shapes and a rule. Tilings."""

from app.demo.series.plate import Plate, Series

SERIES = Series(
    handle="tilework",
    title="Tilework",
    code="TI",
    text="A few shapes, a rule for turning them and the patience to begin at one corner. Old patterns, laid anew.",
    how="From Tilework, a series of tilings: the shapes are fixed, and the order is left to a rule or to a throw of "
    "dice.",
    tags=("Geometry", "Pattern"),
    plates=(
        Plate(
            title="Quarter Turn",
            form="blocks",
            seed=8,
            paper="cream",
            inks=("navy", "vermilion", "mustard", "rose", "sage", "chalk"),
            text="Quarter discs, leaves and dots on forty-odd squares, no two colours alike in any of them. It has "
            "the good temper of a box of wooden bricks, and looks best large.",
            alt="a grid of coloured squares with quarter circles, leaves and dots in navy, red, mustard and sage.",
            settings={"across": 5},
            edition="full",
            room="sofa",
            detail=(0.42, 0.46),
        ),
        Plate(
            title="Penrose Garden",
            form="penrose",
            seed=2,
            paper="white",
            inks=("forest", "sage", "moss", "butter"),
            text="Two rhombs that fill the plane and never repeat, planted in rings like a formal garden. Find the "
            "five-fold star in the middle; there is not another place like it.",
            alt="a non-repeating pattern of rhombs in greens and yellows arranged around a central star.",
            settings={"rounds": 6, "reach": 560, "rings": 6, "gap": 0.94},
            edition="full",
            room="bench",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Wandering Path",
            form="arcs",
            seed=9,
            paper="sand",
            inks=("forest", "chalk", "terracotta"),
            text="One tile with two bends, set by the toss of a coin a hundred times. The paths that come of it "
            "wander over the whole sheet, close into rings where they can, and never cross.",
            alt="winding bands of green, white and terracotta made of quarter-circle tiles.",
            settings={"across": 8, "band": 0.3},
            room="sideboard",
        ),
        Plate(
            title="Tumbling Blocks",
            form="tumbling",
            seed=12,
            paper="bone",
            inks=("chalk", "terracotta", "brick", "butter", "teal", "navy"),
            text="The quilt pattern, as a wall of cubes. Stare, and they turn inside out; a few teal ones have done "
            "so already.",
            alt="isometric cubes in chalk, terracotta and brick with a few in yellow, teal and navy.",
            settings={"across": 6, "odd": 0.16},
            room="desk",
        ),
        Plate(
            title="Running Stitch",
            form="stitches",
            seed=15,
            paper="night",
            inks=("chalk",),
            text="Hitomezashi, the Japanese mending stitch: each row starts up or down, and the cloth decides the "
            "rest. White thread on indigo, as it should be.",
            alt="white stitched lines forming stepped figures on midnight blue.",
            settings={"across": 24, "thick": 0.2},
            edition="papers",
            room="shelf",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Blue Sea and Waves",
            form="scales",
            seed=18,
            paper="white",
            inks=("indigo", "chalk"),
            text="Seigaiha, the oldest way to say water with a compass. Every scale is four rings of indigo, and no "
            "ring is complete.",
            alt="overlapping scales of indigo and white rings like stylised waves.",
            settings={"across": 5, "rings": 6},
            room="sofa",
        ),
        Plate(
            title="Alcázar",
            form="stars",
            seed=21,
            paper="cream",
            inks=("teal", "navy", "mustard", "chalk"),
            text="Eight-pointed stars and the crosses they leave between them. The inks are those of the tilers: "
            "teal, navy, a mustard for gold, and the white of the wall.",
            alt="eight-pointed stars in navy, mustard and white with teal crosses between them.",
            settings={"across": 4},
            edition="full",
            room="sideboard",
        ),
        Plate(
            title="Market Day",
            form="scales",
            seed=24,
            paper="blush",
            inks=("coral", "chalk", "teal", "sun"),
            text="Awnings seen from the balcony, coral, teal and yellow, each overlapping its neighbour's pitch. "
            "Small, loud and very cheerful in a kitchen.",
            alt="overlapping scalloped awnings in coral, white, teal and yellow.",
            settings={"across": 6, "rings": 4, "odd": 0.5},
            edition="small",
            room="shelf",
        ),
    ),
)
