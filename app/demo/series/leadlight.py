"""Leadlight: panes of colour. Voronoi cells."""

from app.demo.series.plate import Plate, Series

SERIES = Series(
    handle="leadlight",
    title="Leadlight",
    code="LL",
    text="Panes, pebbles and fields: what happens when every point of the paper belongs to whichever seed lies "
    "nearest.",
    how="From Leadlight, a series of Voronoi cells: scatter points, give each the ground nearest to it, choose the "
    "glass.",
    tags=("Geometry", "Colour"),
    plates=(
        Plate(
            title="Rose Window",
            form="rose",
            seed=3,
            paper="white",
            inks=("navy", "cobalt", "vermilion", "sky", "sun", "teal"),
            text="A rose window with no church around it. Four rings of panes turn about one small eye, in cobalt, "
            "vermilion, sky and yellow, between lines of navy lead.",
            alt="a round stained-glass window of blue, red and yellow panes between navy lines.",
            settings={"count": 121, "gap": 4.2, "lead": 1},
            edition="full",
            room="sideboard",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Chapel at Noon",
            form="arch",
            seed=12,
            paper="bone",
            inks=("black", "mustard", "apricot", "rose", "lilac", "sky"),
            text="Noon through old glass: honey at the top, violet and blue where it has nearly reached the floor. "
            "The lead is drawn thick, the way it is where money was short.",
            alt="an arched stained-glass window graded from honey yellow through pink to pale blue.",
            settings={"count": 110, "gap": 4.6, "lead": 1, "slope": 0.75, "relax": 2, "mix": 0.07},
            room="bench",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Pebble Beach",
            form="page",
            seed=21,
            paper="white",
            inks=("navy", "grey", "stone", "sand", "terracotta", "sage"),
            text="Big stones above, gravel at the water's edge, every one rounded by the same patience. We like it "
            "in a bathroom, where it is under suspicion of being a photograph.",
            alt="rounded pebbles in grey, navy, sand and terracotta, large at the top and small at the foot.",
            settings={"count": 330, "gap": 4.5, "round": 4, "fall": 1.75, "relax": 3, "mix": 0.3},
            edition="full",
            room="shelf",
            detail=(0.42, 0.42),
        ),
        Plate(
            title="Terrazzo, Late Morning",
            form="page",
            seed=34,
            paper="blush",
            inks=("brick", "rose", "forest", "mustard", "chalk"),
            text="A café floor in a town with good shade. Chips of brick, rose, bottle green and mustard lie in "
            "blush cement, none of them quite touching.",
            alt="scattered chips of brick, rose, green and mustard on a blush pink ground.",
            settings={"count": 260, "gap": 5.5, "chips": 1, "missing": 0.12, "relax": 1, "mix": 0.4},
            edition="papers",
            room="desk",
        ),
        Plate(
            title="Field Patterns",
            form="page",
            seed=45,
            paper="cream",
            inks=("forest", "moss", "olive", "sage", "butter", "mustard"),
            text="Farmland from a window seat in the second week of June. Hedges are the paper showing through; the "
            "rape is in flower in the fields to the south.",
            alt="irregular fields in greens and yellows separated by cream hedges, seen from above.",
            settings={"count": 86, "gap": 2.6, "relax": 1, "mix": 0.16},
            room="sofa",
        ),
        Plate(
            title="Dragonfly",
            form="round",
            seed=52,
            paper="night",
            inks=("navy", "teal", "sea", "mint", "ice"),
            text="A wing under a lens. Panes from deep teal to ice sit close together on midnight paper, and the "
            "veins are only the dark between them.",
            alt="a round of teal, mint and ice-coloured cells on midnight blue paper.",
            settings={"count": 420, "gap": 2.4, "round": 2, "relax": 3, "mix": 0.1},
            room="sideboard",
        ),
        Plate(
            title="Basalt",
            form="page",
            seed=66,
            paper="white",
            inks=("black", "navy", "grey", "stone"),
            text="The tops of columns where lava cooled slowly enough to be neat about it. Four dark inks and a "
            "hairline of white: strict from afar, restless near by. An edition of fifty.",
            alt="close-set dark polygons like basalt columns, separated by white hairlines.",
            settings={"count": 230, "gap": 2.0, "relax": 6, "mix": 0.16},
            edition="limited",
            sold_out=True,
            room="bench",
        ),
        Plate(
            title="Sweet Shop",
            form="page",
            seed=77,
            paper="white",
            inks=("pink", "coral", "sun", "mint", "sky", "lilac"),
            text="Everything on the counter, sorted by nobody. Soft round shapes in six sugared colours; the small "
            "size has gone to more children's rooms than any other print we make.",
            alt="soft round shapes in pink, coral, yellow, mint, sky and lilac on white.",
            settings={"count": 150, "gap": 7.0, "round": 4, "relax": 4, "mix": 0.35},
            edition="small",
            room="shelf",
        ),
    ),
)
