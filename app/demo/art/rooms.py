"""Rooms for the prints to hang in: a wall, a floor, a few things, and the light of one window."""

import random
from collections.abc import Callable

from PIL import Image

from app.demo.art import things
from app.demo.art.scene import Box, Colour, Scene, colour, mixed, window_light
from app.demo.files import HERO, TALL
from app.demo.inks import HEX
from app.demo.series.plate import Plate

WALLS = [colour(digits) for digits in ("#e9e3d8", "#dccbba", "#c3c8b8", "#c0cbd0", "#d5cfc5", "#e6d5ca", "#cdbfae")]
FLOORS = [colour(digits) for digits in ("#b98d63", "#c9a27b", "#a98460", "#b5a38d")]


def room(plate: Plate, print_: Image.Image) -> Image.Image:
    """The print framed in the plate's room; wall, frame and cushions follow from its seed and inks."""
    chance = random.Random(f"{plate.handle} {plate.seed}")
    wall, accent = chance.choice(WALLS), _accent(plate)
    scene = Scene(TALL, wall)
    _floor(scene, 1395, chance.choice(FLOORS), wall)
    box = _ROOMS[plate.room](scene, chance, accent)
    _hang(scene, print_, box, things.BLACK if chance.random() < 0.4 else things.OAK)
    return scene.finished(window_light(TALL, start=chance.uniform(0.05, 0.35)))


def gallery(prints: list[Image.Image], accent: Colour) -> Image.Image:
    """The wide picture of the home page: three prints over a long sideboard."""
    chance = random.Random("gallery")
    scene = Scene(HERO, colour("#e6ded1"))
    _floor(scene, 985, FLOORS[1], colour("#e6ded1"))
    _long_sideboard(scene, chance, (300, 790, 1700, 965), accent)
    for number, picture in enumerate(prints):
        left = 496 + number * 354
        _hang(scene, picture, (left, 190, left + 300, 610), (things.OAK, things.BLACK, things.OAK)[number % 3])
    return scene.finished(window_light(HERO, start=0.3))


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
    scene.box((0, line - 46, width, line), mixed(wall, things.WHITE, 0.55))
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
    scene.polygon(
        [(outer[0], outer[1]), (outer[2], outer[1]), (right, top), (left, top)], mixed(frame, things.WHITE, 0.22)
    )
    scene.polygon(
        [(outer[0], outer[1]), (left, top), (left, bottom), (outer[0], outer[3])], mixed(frame, things.WHITE, 0.1)
    )
    scene.polygon(
        [(outer[2], outer[1]), (outer[2], outer[3]), (right, bottom), (right, top)], mixed(frame, (0, 0, 0), 0.12)
    )
    shaded = print_.point(lambda level: round(level * 0.94))  # behind glass, and the light is still to come
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
        scene.polygon([(x - 12, bottom), (x + 12, bottom), (x + 7, foot), (x - 7, foot)], things.OAK_DARK)
    scene.shadow((left + 14, top + 12, right + 26, bottom + 10), blur=22, depth=0.32)
    scene.box(box, things.OAK, 6)
    scene.box((left, top, right, top + 16), things.OAK_LIGHT, 5)
    third = (right - left) / 3
    for number in range(3):
        door = (left + number * third + 10, top + 26, left + (number + 1) * third - 10, bottom - 12)
        scene.box(door, mixed(things.OAK, things.OAK_LIGHT, 0.35), 3)
        for slat in range(1, 14):
            x = door[0] + (door[2] - door[0]) * slat / 14
            scene.line([(x, door[1] + 4), (x, door[3] - 4)], mixed(things.OAK, things.OAK_DARK, 0.5), 1.6)
    things.vase(scene, left + 130, top, width=92, glaze=accent, chance=chance)
    things.books(scene, right - 260, top, chance, accent)
    things.bowl(scene, right - 86, top, 52)


def _sofa(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    cloth = chance.choice([colour("#d8cdbd"), colour("#a9aea2"), colour("#c9b29b"), colour("#8f9ba0")])
    dark, light = mixed(cloth, (40, 34, 30), 0.16), mixed(cloth, things.WHITE, 0.18)
    scene.shadow((110, 1440, 1190, 1475), blur=20, depth=0.5)
    for x in (190, 1090):
        scene.polygon([(x - 12, 1410), (x + 12, 1410), (x + 6, 1470), (x - 6, 1470)], things.OAK_DARK)
    scene.shadow((150, 1090, 1150, 1400), blur=26, depth=0.3)
    scene.box((160, 1070, 1120, 1380), dark, 46)
    scene.box((172, 1062, 636, 1330), cloth, 40)
    scene.box((644, 1062, 1108, 1330), cloth, 40)
    scene.box((190, 1262, 638, 1372), light, 26)
    scene.box((642, 1262, 1090, 1372), light, 26)
    scene.box((110, 1330, 1170, 1424), dark, 24)
    scene.box((96, 1172, 208, 1424), cloth, 44)
    scene.box((1072, 1172, 1184, 1424), cloth, 44)
    things.cushion(scene, 312, 1196, side=150, lean=-9, cloth=accent)
    things.cushion(scene, 962, 1200, side=142, lean=8, cloth=things.LINEN)
    return (390, 175, 890, 875)


def _desk(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    scene.shadow((150, 1452, 1160, 1470), blur=18, depth=0.4)
    for x, lean in ((210, -26), (1070, 26)):
        scene.polygon([(x - 13, 1150), (x + 13, 1150), (x + lean + 8, 1470), (x + lean - 8, 1470)], things.OAK_DARK)
    scene.shadow((150, 1150, 1150, 1182), blur=16, depth=0.35)
    scene.box((170, 1142, 1110, 1226), things.OAK, 4)
    scene.box((130, 1122, 1150, 1152), things.OAK_LIGHT, 5)
    scene.box((520, 1166, 760, 1214), mixed(things.OAK, things.OAK_LIGHT, 0.4), 3)
    scene.oval((632, 1184, 648, 1200), things.OAK_DARK)
    things.lamp(scene, 300, 1122, accent)
    things.books(scene, 800, 1122, chance, accent)
    things.vase(scene, 1040, 1122, width=62, glaze=things.LINEN, chance=chance)
    return (430, 245, 850, 833)


def _bench(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    scene.shadow((110, 1462, 780, 1482), blur=18, depth=0.42)
    for x in (180, 700):
        scene.box((x - 15, 1210, x + 15, 1474), things.OAK_DARK, 2)
    scene.box((180, 1340, 700, 1362), things.OAK_DARK)
    scene.shadow((110, 1204, 770, 1236), blur=14, depth=0.34)
    scene.box((104, 1186, 776, 1228), things.OAK_LIGHT, 6)
    scene.box((150, 1150, 470, 1188), accent, 12)
    scene.box((158, 1118, 462, 1152), mixed(accent, things.WHITE, 0.4), 12)
    things.books(scene, 560, 1186, chance, accent)
    things.plant(scene, chance, 1010, 1474)
    return (210, 200, 720, 914)


def _shelf(scene: Scene, chance: random.Random, accent: Colour) -> Box:
    scene.shadow((170, 1130, 1140, 1176), blur=18, depth=0.42)
    scene.box((150, 1094, 1130, 1132), things.OAK, 3)
    scene.box((150, 1094, 1130, 1104), things.OAK_LIGHT, 3)
    things.vase(scene, 262, 1094, width=74, glaze=accent, chance=chance)
    things.books(scene, 906, 1094, chance, accent)
    left, right, bottom = 415, 845, 1082
    return (left, bottom - (right - left) * 1.4, right, bottom)


_ROOMS: dict[str, Callable[[Scene, random.Random, Colour], Box]] = {
    "sideboard": _sideboard,
    "sofa": _sofa,
    "desk": _desk,
    "bench": _bench,
    "shelf": _shelf,
}
