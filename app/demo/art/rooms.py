"""Rooms for the prints to hang in: a wall, a floor, a few things, and the light of one window."""

import math
import random
from collections.abc import Callable

from PIL import Image

from app.demo.art.scene import Box, Colour, Scene, colour, mixed, window_light
from app.demo.files import HERO, TALL
from app.demo.inks import HEX
from app.demo.series.plate import Plate

WALLS = [colour(digits) for digits in ("#e9e3d8", "#dccbba", "#c3c8b8", "#c0cbd0", "#d5cfc5", "#e6d5ca", "#cdbfae")]
FLOORS = [colour(digits) for digits in ("#b98d63", "#c9a27b", "#a98460", "#b5a38d")]
OAK, OAK_DARK, OAK_LIGHT = colour("#c39a6c"), colour("#a67d52"), colour("#d3ae83")
BLACK, LINEN, CLAY, LEAF = colour("#2a2724"), colour("#e7dfd1"), colour("#b9714f"), colour("#55704f")
WHITE = (250, 248, 243)


def room(plate: Plate, print_: Image.Image) -> Image.Image:
    """The print framed in the plate's room; wall, frame and cushions follow from its seed and inks."""
    chance = random.Random(f"{plate.handle} {plate.seed}")
    wall, accent = chance.choice(WALLS), _accent(plate)
    scene = Scene(TALL, wall)
    _floor(scene, 1395, chance.choice(FLOORS), wall)
    box = _ROOMS[plate.room](scene, chance, accent)
    _hang(scene, print_, box, BLACK if chance.random() < 0.4 else OAK)
    return scene.finished(window_light(TALL, start=chance.uniform(0.05, 0.35)))


def gallery(prints: list[Image.Image], accent: Colour) -> Image.Image:
    """The wide picture of the home page: three prints over a long sideboard."""
    chance = random.Random("gallery")
    scene = Scene(HERO, colour("#e6ded1"))
    _floor(scene, 985, FLOORS[1], colour("#e6ded1"))
    _long_sideboard(scene, chance, (360.0, 790.0, 1640.0, 965.0), accent)
    for number, picture in enumerate(prints):
        left = 496 + number * 354
        _hang(scene, picture, (left, 190, left + 300, 610), (OAK, BLACK, OAK)[number % 3])
    return scene.finished(window_light(HERO, start=0.3, strength=0.11))


def _accent(plate: Plate) -> Colour:
    """The ink of the plate that a cushion or a vase would pick up: neither the darkest nor the palest."""
    choices = [colour(HEX[ink]) for ink in plate.inks]
    return min(choices, key=lambda shade: abs(sum(shade) / 3 - 140))


def _floor(scene: Scene, line: float, wood: Colour, wall: Colour) -> None:
    width, height = scene.size
    scene.box((0, line, width, height), wood)
    for number in range(1, 5):
        down = line + (height - line) * (number / 5) ** 1.5
        scene.line([(0, down), (width, down)], mixed(wood, (60, 40, 25), 0.14), 1.6)
        for joint in range(3):
            x = (joint * 0.41 + number * 0.27) % 1 * width
            scene.line([(x, down), (x - 14, down + (height - line) / 5)], mixed(wood, (60, 40, 25), 0.14), 1.4)
    scene.box((0, line - 46, width, line), mixed(wall, WHITE, 0.55))
    scene.line([(0, line - 46), (width, line - 46)], mixed(wall, (80, 70, 60), 0.2), 1.5)
    scene.shadow((0, line - 2, width, line + 10), blur=14, depth=0.3)


def _hang(scene: Scene, print_: Image.Image, box: Box, frame: Colour) -> None:
    """Frame a print and hang it so that it fills the box (the paper; the frame stands outside it)."""
    left, top, right, bottom = box
    thick = (right - left) * 0.026
    outer = (left - thick, top - thick, right + thick, bottom + thick)
    scene.shadow((outer[0] + 12, outer[1] + 26, outer[2] + 16, outer[3] + 30), blur=26, depth=0.42)
    scene.shadow((outer[0] + 3, outer[1] + 5, outer[2] + 5, outer[3] + 7), blur=6, depth=0.35)
    scene.box(outer, frame, 2)
    scene.polygon([(outer[0], outer[1]), (outer[2], outer[1]), (right, top), (left, top)], mixed(frame, WHITE, 0.22))
    scene.polygon([(outer[0], outer[1]), (left, top), (left, bottom), (outer[0], outer[3])], mixed(frame, WHITE, 0.1))
    scene.polygon([(outer[2], outer[1]), (outer[2], outer[3]), (right, bottom), (right, top)], mixed(frame, (0, 0, 0), 0.12))
    shaded = print_.point(lambda level: round(level * 0.955))  # behind glass, and the light is still to come
    shaded.paste((60, 50, 40), (0, 0, *shaded.size), _rebate(shaded.size))
    scene.picture_at(shaded, box)


def _rebate(size: tuple[int, int]) -> Image.Image:
    """The thin shadow that a frame throws on its print from above and from the left."""
    mask = Image.new("L", size)
    deep = size[0] // 90
    for step in range(deep):
        shade = round(70 * (1 - step / deep) ** 2)
        mask.paste(shade, (step, step, size[0], step + 1))
        mask.paste(shade, (step, step, step + 1, size[1]))
    return mask


def _sideboard(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    _long_sideboard(scene, chance, (150, 1120, 1130, 1385), accent)
    return (395, 235, 885, 921)


def _long_sideboard(scene: Scene, chance: random.Random, box: Box, accent: Colour) -> None:
    left, top, right, bottom = box
    foot = bottom + 66
    scene.shadow((left + 10, foot - 12, right + 30, foot + 6), blur=16, depth=0.4)
    for x in (left + 60, right - 60):
        scene.polygon([(x - 12, bottom), (x + 12, bottom), (x + 7, foot), (x - 7, foot)], OAK_DARK)
    scene.shadow((left + 14, top + 12, right + 26, bottom + 10), blur=22, depth=0.32)
    scene.box(box, OAK, 6)
    scene.box((left, top, right, top + 16), OAK_LIGHT, 5)
    third = (right - left) / 3
    for number in range(3):
        door = (left + number * third + 10, top + 26, left + (number + 1) * third - 10, bottom - 12)
        scene.box(door, mixed(OAK, OAK_LIGHT, 0.35), 3)
        for slat in range(1, 14):
            x = door[0] + (door[2] - door[0]) * slat / 14
            scene.line([(x, door[1] + 4), (x, door[3] - 4)], mixed(OAK, OAK_DARK, 0.5), 1.6)
    _vase(scene, left + 130, top, 92, accent, chance)
    _books(scene, right - 260, top, chance, accent)
    _bowl(scene, right - 86, top, 52)


def _sofa(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    cloth = chance.choice([colour("#d8cdbd"), colour("#a9aea2"), colour("#c9b29b"), colour("#8f9ba0")])
    dark, light = mixed(cloth, (40, 34, 30), 0.16), mixed(cloth, WHITE, 0.18)
    scene.shadow((110, 1440, 1190, 1475), blur=20, depth=0.5)
    for x in (190, 1090):
        scene.polygon([(x - 12, 1410), (x + 12, 1410), (x + 6, 1470), (x - 6, 1470)], OAK_DARK)
    scene.shadow((150, 1090, 1150, 1400), blur=26, depth=0.3)
    scene.box((160, 1070, 1120, 1380), dark, 46)
    scene.box((172, 1062, 636, 1330), cloth, 40)
    scene.box((644, 1062, 1108, 1330), cloth, 40)
    scene.box((190, 1262, 638, 1372), light, 26)
    scene.box((642, 1262, 1090, 1372), light, 26)
    scene.box((110, 1330, 1170, 1424), dark, 24)
    scene.box((96, 1172, 208, 1424), cloth, 44)
    scene.box((1072, 1172, 1184, 1424), cloth, 44)
    _cushion(scene, 312, 1196, 150, -9, accent)
    _cushion(scene, 962, 1200, 142, 8, LINEN)
    return (390, 175, 890, 875)


def _cushion(scene: Scene, x: float, y: float, side: float, lean: float, cloth: Colour) -> None:
    """A square cushion, plump in the middle of each edge, leaning by some degrees."""
    turn = math.radians(lean)
    outline = []
    for step in range(80):
        angle = step / 80 * 2 * math.pi
        reach = side * 0.5 / max(abs(math.cos(angle)), abs(math.sin(angle))) ** 0.82
        dx, dy = reach * math.cos(angle), reach * math.sin(angle)
        outline.append((x + dx * math.cos(turn) - dy * math.sin(turn), y + dx * math.sin(turn) + dy * math.cos(turn)))
    scene.shadow((x - side / 2 + 6, y - side / 2 + 12, x + side / 2 + 10, y + side / 2 + 8), blur=12, depth=0.3, radius=20)
    scene.polygon(outline, cloth)
    inner = [(x + (px - x) * 0.985, y + (py - y) * 0.985 + 2) for px, py in outline[40:]]
    scene.line(inner, mixed(cloth, WHITE, 0.22), 2.2)


def _desk(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    scene.shadow((150, 1452, 1160, 1470), blur=18, depth=0.4)
    for x, lean in ((210, -26), (1070, 26)):
        scene.polygon([(x - 13, 1150), (x + 13, 1150), (x + lean + 8, 1470), (x + lean - 8, 1470)], OAK_DARK)
    scene.shadow((150, 1150, 1150, 1182), blur=16, depth=0.35)
    scene.box((170, 1142, 1110, 1226), OAK, 4)
    scene.box((130, 1122, 1150, 1152), OAK_LIGHT, 5)
    scene.box((520, 1166, 760, 1214), mixed(OAK, OAK_LIGHT, 0.4), 3)
    scene.oval((632, 1184, 648, 1200), OAK_DARK)
    _lamp(scene, 300, 1122, accent)
    _books(scene, 800, 1122, chance, accent)
    _vase(scene, 1040, 1122, 62, LINEN, chance)
    return (430, 245, 850, 833)


def _lamp(scene: Scene, x: float, foot: float, shade: Colour) -> None:
    scene.shadow((x - 46, foot - 8, x + 66, foot + 4), blur=9, depth=0.4)
    scene.box((x - 48, foot - 14, x + 48, foot), BLACK, 7)
    scene.line([(x, foot - 10), (x - 30, foot - 190), (x + 66, foot - 318)], BLACK, 8)
    scene.oval((x - 41, foot - 201, x - 19, foot - 179), BLACK)
    scene.polygon([(x + 34, foot - 350), (x + 92, foot - 322), (x + 122, foot - 208), (x - 8, foot - 262)], shade)
    scene.polygon([(x + 92, foot - 322), (x + 122, foot - 208), (x + 84, foot - 224)], mixed(shade, (20, 16, 12), 0.18))


def _bench(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    scene.shadow((110, 1462, 780, 1482), blur=18, depth=0.42)
    for x in (180, 700):
        scene.box((x - 15, 1210, x + 15, 1474), OAK_DARK, 2)
    scene.box((180, 1340, 700, 1362), OAK_DARK)
    scene.shadow((110, 1204, 770, 1236), blur=14, depth=0.34)
    scene.box((104, 1186, 776, 1228), OAK_LIGHT, 6)
    scene.box((150, 1150, 470, 1188), accent, 12)
    scene.box((158, 1118, 462, 1152), mixed(accent, WHITE, 0.4), 12)
    _books(scene, 560, 1186, chance, accent)
    _plant(scene, chance, 1010, 1474)
    return (210, 200, 720, 914)


def _plant(scene: Scene, chance: random.Random, x: float, foot: float) -> None:
    """A rubber plant in a clay pot, as tall as a person."""
    scene.shadow((x - 96, foot - 16, x + 130, foot + 8), blur=16, depth=0.45)
    scene.polygon([(x - 94, foot - 210), (x + 94, foot - 210), (x + 72, foot), (x - 72, foot)], CLAY)
    scene.box((x - 104, foot - 236, x + 104, foot - 194), mixed(CLAY, WHITE, 0.12), 5)
    for _ in range(26):
        height = chance.uniform(0.12, 1.0)
        start = (x + chance.uniform(-10, 10), foot - 236 - height * 460)
        turn = chance.choice((-1, 1)) * chance.uniform(0.25, 1.25) * (1.15 - 0.45 * height)
        green = mixed(LEAF, chance.choice([(40, 60, 45), (150, 170, 120)]), chance.uniform(0.0, 0.45))
        _leaf(scene, start, turn, chance.uniform(120, 190), chance.uniform(46, 70), green)
    scene.line([(x, foot - 236), (x + 4, foot - 700)], mixed(LEAF, (60, 40, 30), 0.6), 7)


def _leaf(scene: Scene, start: tuple[float, float], turn: float, length: float, width: float, green: Colour) -> None:
    ahead, aside = (math.sin(turn), -math.cos(turn)), (math.cos(turn), math.sin(turn))
    edge = []
    for step in range(25):
        along = step / 24
        edge.append((along * length, width / 2 * math.sin(math.pi * along**0.85)))
    outline = edge + [(along, -half) for along, half in reversed(edge)]
    placed = [(start[0] + a * ahead[0] + h * aside[0], start[1] + a * ahead[1] + h * aside[1] + 0.0016 * a * a) for a, h in outline]
    scene.polygon(placed, green)
    scene.polygon(placed[:25], mixed(green, WHITE, 0.1))


def _shelf(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    scene.shadow((170, 1130, 1140, 1176), blur=18, depth=0.42)
    scene.box((150, 1094, 1130, 1132), OAK, 3)
    scene.box((150, 1094, 1130, 1104), OAK_LIGHT, 3)
    _vase(scene, 262, 1094, 74, accent, chance)
    _books(scene, 906, 1094, chance, accent)
    left, right, bottom = 415, 845, 1082
    return (left, bottom - (right - left) * 1.4, right, bottom)


def _vase(scene: Scene, x: float, foot: float, width: float, glaze: Colour, chance: random.Random) -> None:
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
        outline.append((width * (0.24 + 0.27 * math.sin(math.pi * min(1.0, along * 1.12)) ** 1.4 + 0.1 * (1 - along) ** 3), along))
    body = [(x + half, foot - along * tall) for half, along in outline]
    scene.polygon(body + [(x - half, foot - along * tall) for half, along in reversed(outline)], glaze)
    shaded = [(x + half, foot - along * tall) for half, along in outline]
    scene.polygon(shaded + [(x + half * 0.45, foot - along * tall) for half, along in reversed(outline)], mixed(glaze, (30, 22, 16), 0.14))


def _books(scene: Scene, x: float, foot: float, chance: random.Random, accent: Colour) -> None:
    """Three books lying on each other."""
    scene.shadow((x - 66, foot - 8, x + 92, foot + 4), blur=9, depth=0.38)
    covers = [colour("#3c4654"), mixed(accent, WHITE, 0.25), LINEN]
    for number, cover in enumerate(covers):
        shift, half, thick = chance.uniform(-10, 10), 78 - number * 9, 24 - number * 2
        scene.box((x + shift - half, foot - thick, x + shift + half, foot), cover, 3)
        scene.box((x + shift - half + 8, foot - thick + 5, x + shift + half, foot - 5), mixed(WHITE, cover, 0.1), 1)
        foot -= thick


def _bowl(scene: Scene, x: float, foot: float, half: float) -> None:
    scene.shadow((x - half * 0.6, foot - 6, x + half, foot + 3), blur=8, depth=0.4)
    rim = [(x + half * math.cos(turn), foot - half * 0.72 * (1 - math.sin(turn))) for turn in (math.pi * s / 30 for s in range(31))]
    scene.polygon(rim, LINEN)
    scene.oval((x - half, foot - half * 0.84, x + half, foot - half * 0.6), mixed(LINEN, (60, 50, 40), 0.25))


_ROOMS: dict[str, Callable[[Scene, random.Random, Colour], Box]] = {
    "sideboard": _sideboard,
    "sofa": _sofa,
    "desk": _desk,
    "bench": _bench,
    "shelf": _shelf,
}
