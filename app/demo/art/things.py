"""Things that stand about in the rooms: each takes the point it stands on and paints itself there."""

import math
import random

from app.demo.art.scene import Colour, Scene, colour, mixed

OAK, OAK_DARK, OAK_LIGHT = colour("#c39a6c"), colour("#a67d52"), colour("#d3ae83")
BLACK, LINEN, CLAY, LEAF = colour("#2a2724"), colour("#e7dfd1"), colour("#b9714f"), colour("#55704f")
WHITE = (250, 248, 243)


def lamp(scene: Scene, x: float, foot: float, shade: Colour) -> None:
    """A desk lamp with two arms."""
    scene.shadow((x - 46, foot - 8, x + 66, foot + 4), blur=9, depth=0.4)
    scene.box((x - 48, foot - 14, x + 48, foot), BLACK, 7)
    scene.line([(x, foot - 10), (x - 30, foot - 190), (x + 66, foot - 318)], BLACK, 8)
    scene.oval((x - 41, foot - 201, x - 19, foot - 179), BLACK)
    scene.polygon([(x + 34, foot - 350), (x + 92, foot - 322), (x + 122, foot - 208), (x - 8, foot - 262)], shade)
    scene.polygon([(x + 92, foot - 322), (x + 122, foot - 208), (x + 84, foot - 224)], mixed(shade, (20, 16, 12), 0.18))


def cushion(scene: Scene, x: float, y: float, *, side: float, lean: float, cloth: Colour) -> None:
    """A square cushion, plump in the middle of each edge, leaning by some degrees."""
    turn = math.radians(lean)
    outline = []
    for step in range(80):
        angle = step / 80 * 2 * math.pi
        reach = side * 0.5 / max(abs(math.cos(angle)), abs(math.sin(angle))) ** 0.82
        dx, dy = reach * math.cos(angle), reach * math.sin(angle)
        outline.append((x + dx * math.cos(turn) - dy * math.sin(turn), y + dx * math.sin(turn) + dy * math.cos(turn)))
    scene.shadow(
        (x - side / 2 + 6, y - side / 2 + 12, x + side / 2 + 10, y + side / 2 + 8), blur=12, depth=0.3, radius=20
    )
    scene.polygon(outline, cloth)
    inner = [(x + (px - x) * 0.985, y + (py - y) * 0.985 + 2) for px, py in outline[40:]]
    scene.line(inner, mixed(cloth, WHITE, 0.22), 2.2)


def plant(scene: Scene, chance: random.Random, x: float, foot: float) -> None:
    """A rubber plant in a clay pot, as tall as a person."""
    scene.shadow((x - 96, foot - 16, x + 130, foot + 8), blur=16, depth=0.45)
    scene.polygon([(x - 94, foot - 210), (x + 94, foot - 210), (x + 72, foot), (x - 72, foot)], CLAY)
    scene.box((x - 104, foot - 236, x + 104, foot - 194), mixed(CLAY, WHITE, 0.12), 5)
    for _ in range(26):
        height = chance.uniform(0.12, 1.0)
        start = (x + chance.uniform(-10, 10), foot - 236 - height * 460)
        turn = chance.choice((-1, 1)) * chance.uniform(0.25, 1.25) * (1.15 - 0.45 * height)
        green = mixed(LEAF, chance.choice([(40, 60, 45), (150, 170, 120)]), chance.uniform(0.0, 0.45))
        _leaf(scene, start, turn, (chance.uniform(120, 190), chance.uniform(46, 70)), green)
    scene.line([(x, foot - 236), (x + 4, foot - 700)], mixed(LEAF, (60, 40, 30), 0.6), 7)


def _leaf(scene: Scene, start: tuple[float, float], turn: float, size: tuple[float, float], green: Colour) -> None:
    length, width = size
    ahead, aside = (math.sin(turn), -math.cos(turn)), (math.cos(turn), math.sin(turn))
    edge = []
    for step in range(25):
        along = step / 24
        edge.append((along * length, width / 2 * math.sin(math.pi * along**0.85)))
    outline = edge + [(along, -half) for along, half in reversed(edge)]
    placed = [
        (start[0] + a * ahead[0] + h * aside[0], start[1] + a * ahead[1] + h * aside[1] + 0.0016 * a * a)
        for a, h in outline
    ]
    scene.polygon(placed, green)
    scene.polygon(placed[:25], mixed(green, WHITE, 0.1))


def vase(scene: Scene, x: float, foot: float, *, width: float, glaze: Colour, chance: random.Random) -> None:
    """A vase with a few dry branches."""
    tall = width * 1.55
    scene.shadow((x - width / 2, foot - 10, x + width * 0.75, foot + 4), blur=10, depth=0.4)
    for _ in range(7):
        lean, length = chance.uniform(-0.5, 0.5), chance.uniform(1.4, 2.5) * width
        points = []
        for step in range(14):
            along = step / 13
            points.append((x + math.sin(lean * (0.5 + along)) * length * along, foot - tall - length * along * 0.92))
        scene.line(points, colour("#8d7355"), 2.6)
        for px, py in points[5:]:
            reach = width * 0.09
            grain = colour("#c9ab7f")
            shift = chance.uniform(-8, 8)
            scene.oval((px - reach + shift, py - reach * 1.5, px + reach * 0.6 + shift, py + reach * 0.8), grain)
    outline = []
    for step in range(41):
        along = step / 40
        outline.append(
            (width * (0.24 + 0.27 * math.sin(math.pi * min(1.0, along * 1.12)) ** 1.4 + 0.1 * (1 - along) ** 3), along)
        )
    body = [(x + half, foot - along * tall) for half, along in outline]
    scene.polygon(body + [(x - half, foot - along * tall) for half, along in reversed(outline)], glaze)
    shaded = [(x + half, foot - along * tall) for half, along in outline]
    scene.polygon(
        shaded + [(x + half * 0.45, foot - along * tall) for half, along in reversed(outline)],
        mixed(glaze, (30, 22, 16), 0.14),
    )


def books(scene: Scene, x: float, foot: float, chance: random.Random, accent: Colour) -> None:
    """Three books lying on each other."""
    scene.shadow((x - 66, foot - 8, x + 92, foot + 4), blur=9, depth=0.38)
    covers = [colour("#3c4654"), mixed(accent, WHITE, 0.25), LINEN]
    for number, cover in enumerate(covers):
        shift, half, thick = chance.uniform(-10, 10), 78 - number * 9, 24 - number * 2
        scene.box((x + shift - half, foot - thick, x + shift + half, foot), cover, 3)
        scene.box((x + shift - half + 8, foot - thick + 5, x + shift + half, foot - 5), mixed(WHITE, cover, 0.1), 1)
        foot -= thick


def bowl(scene: Scene, x: float, foot: float, half: float) -> None:
    """An empty bowl, `half` of its width given."""
    scene.shadow((x - half * 0.6, foot - 6, x + half, foot + 3), blur=8, depth=0.4)
    rim = [
        (x + half * math.cos(turn), foot - half * 0.72 * (1 - math.sin(turn)))
        for turn in (math.pi * s / 30 for s in range(31))
    ]
    scene.polygon(rim, LINEN)
    scene.oval((x - half, foot - half * 0.84, x + half, foot - half * 0.6), mixed(LINEN, (60, 50, 40), 0.25))
