"""What is to be drawn, by which hand, into which file; and the drawing of it by several processes."""

import importlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app.demo.art import card, roll, rooms, studio
from app.demo.art.scene import colour
from app.demo.art.sheet import SHEET_SIZE, Sheet
from app.demo.files import TALL, card_file, hero_picture, plate_file, stationery_file
from app.demo.gift_card import GROUND, PLATE
from app.demo.inks import HEX
from app.demo.series import PLATES, SERIES
from app.demo.series.plate import Plate
from app.demo.shelves import HERO_PLATES
from app.demo.stationery import STATIONERY, Stationery

SERIES_OF = {plate.handle: series.handle for series in SERIES for plate in series.plates}

UNFINISHED = ".drawing-"  # how the name of a picture begins while it is being written
CLOSE_UP = 165.0  # millimetres of the sheet that a close-up shows across


@dataclass(frozen=True)
class Work:
    """Pictures drawn in one go, because they share what costs the time. `subject` is a handle."""

    kind: str
    subject: str
    files: tuple[str, ...]


def plan() -> list[Work]:
    """All the work there is: the home page's picture first, then the prints, then the stationery and the gift card."""
    works = [Work("hero", "", (hero_picture(HERO_PLATES).file,))]
    for plate in PLATES.values():
        roles = ("print", "room", "detail") if plate.detail else ("print", "room")
        works.append(Work("plate", plate.handle, tuple(plate_file(plate, role) for role in roles)))
    works += [Work("stationery", thing.handle, (stationery_file(thing, "cover"),)) for thing in STATIONERY]
    works.append(Work("gift_card", PLATE, (card_file(PLATE, GROUND),)))
    return works


def draw_missing(folder: Path, progress: Callable[[int, int, str], None], processes: int) -> None:
    """Draw what the folder lacks. A picture appears under its name only when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    works = plan()
    for unfinished in folder.glob(UNFINISHED + "*"):
        unfinished.unlink()
    total = sum(len(work.files) for work in works)
    wanted = [work for work in works if not all((folder / file).exists() for file in work.files)]
    done = total - sum(len(work.files) for work in wanted)
    if not wanted:
        return
    # Spawned, not forked: the caller may hold threads and open connections.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_depend_on_parent) as pool:
        try:
            for finished in as_completed([pool.submit(draw, work, folder) for work in wanted]):
                for file in finished.result():
                    done += 1
                    progress(done, total, file)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _depend_on_parent() -> None:
    """Leave Ctrl-C to the parent, and go when it has gone: also after kill -9, which runs no clean-up of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def leave() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


def draw(work: Work, folder: Path) -> tuple[str, ...]:
    """Draw one piece of work into the folder and return its files."""
    for file, picture in zip(work.files, _DRAWN[work.kind](work), strict=True):
        _save(picture, folder / file)
    return work.files


def artwork(plate: Plate, *, pixels: int = studio.PAPER_WIDTH) -> Image.Image:
    """The plate itself, edge to edge."""
    return printed(plate, Sheet(plate.paper, pixels=pixels)).picture()


def printed(plate: Plate, sheet: Sheet) -> Sheet:
    """The sheet, or the window of it, after the plate has been printed on it."""
    importlib.import_module(f"app.demo.art.{SERIES_OF[plate.handle]}").draw(sheet, plate)
    return sheet


def _plate(work: Work) -> Iterator[Image.Image]:
    plate = PLATES[work.subject]
    print_ = artwork(plate)
    yield studio.flat(print_)
    yield rooms.room(plate, print_)
    if plate.detail:
        yield studio.close_up(printed(plate, _corner(plate.paper, plate.detail)), plate.seed)


def _corner(paper: str, centre: tuple[float, float]) -> Sheet:
    """A part of the sheet about its `centre`, three times as large as life in the shop."""
    half = CLOSE_UP / 2, CLOSE_UP / 2 * TALL[1] / TALL[0]
    x, y = centre[0] * SHEET_SIZE[0], centre[1] * SHEET_SIZE[1]
    return Sheet(paper, window=(x - half[0], y - half[1], x + half[0], y + half[1]), pixels=TALL[0])


def _stationery(work: Work) -> Iterator[Image.Image]:
    thing = next(thing for thing in STATIONERY if thing.handle == work.subject)
    yield _STATIONERY[thing.kind](thing)


def _notebook(thing: Stationery) -> Image.Image:
    return studio.notebook(artwork(PLATES[thing.plates[0]], pixels=1000), thing.ground)


def _postcards(thing: Stationery) -> Image.Image:
    return studio.postcards([artwork(PLATES[handle], pixels=400) for handle in thing.plates], thing.ground)


def _roll(thing: Stationery) -> Image.Image:
    return roll.wrapping_paper(artwork(PLATES[thing.plates[0]]), thing.ground)


_STATIONERY = {"Notebook": _notebook, "Postcards": _postcards, "Wrapping paper": _roll}


def _hero(_work: Work) -> Iterator[Image.Image]:
    prints = [artwork(PLATES[handle], pixels=600) for handle in HERO_PLATES]
    yield rooms.gallery(prints, colour(HEX["cobalt"]))


def _gift_card(work: Work) -> Iterator[Image.Image]:
    yield card.gift_card(artwork(PLATES[work.subject], pixels=1000), GROUND)


_DRAWN: dict[str, Callable[[Work], Iterator[Image.Image]]] = {
    "hero": _hero,
    "plate": _plate,
    "stationery": _stationery,
    "gift_card": _gift_card,
}


def _save(picture: Image.Image, path: Path) -> None:
    """Write beside the name and rename, so that a kill leaves no half picture under it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED, suffix=".jpg")
    try:
        with os.fdopen(handle, "wb") as file:
            picture.save(file, "JPEG", quality=88, optimize=False, subsampling="4:2:0")
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
