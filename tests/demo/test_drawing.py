import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from app.demo import demo_shop, draw_all, drawing
from app.demo.art.sheet import Sheet
from app.demo.drawing import artwork, draw, plan
from app.demo.series import PLATES


def test_plan_draws_every_picture_of_the_shop_once():
    shop = demo_shop()
    wanted = {picture.file for product in shop.products for picture in product.pictures}
    wanted |= {shelf.picture.file for shelf in shop.collections} | {shop.hero.file}

    planned = [file for work in plan() for file in work.files]

    assert set(planned) == wanted
    assert len(planned) == len(set(planned))


@pytest.mark.parametrize("handle", list(PLATES))
def test_artwork_fills_its_sheet_with_ink(handle):
    plate = PLATES[handle]

    pixels = np.asarray(artwork(plate, pixels=100), np.float32)

    inked = np.abs(pixels - pixels[0, 0]).max(axis=2) > 24
    assert pixels.shape == (140, 100, 3)
    assert inked.mean() > 0.02


def test_same_seed_draws_the_same_bytes(tmp_path):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        for work in _two_small_works():
            draw(work, tmp_path / folder)

    first = {file.name: file.read_bytes() for file in (tmp_path / "first").iterdir()}
    second = {file.name: file.read_bytes() for file in (tmp_path / "second").iterdir()}
    assert len(first) == 3
    assert first == second


def test_pictures_have_the_sizes_that_the_shop_says(tmp_path):
    shop = demo_shop()
    sizes = {picture.file: (picture.width, picture.height) for product in shop.products for picture in product.pictures}

    drawn = [file for work in _two_small_works() for file in draw(work, tmp_path)]

    for file in drawn:
        with Image.open(tmp_path / file) as picture:
            assert picture.size == sizes[file]
            assert picture.format == "JPEG"


def test_draw_all_draws_only_what_is_missing(tmp_path, monkeypatch):
    works = _two_small_works()
    monkeypatch.setattr(drawing, "plan", lambda: works)
    kept, missing = works
    draw(kept, tmp_path)
    before = {file: (tmp_path / file).stat().st_mtime_ns for file in kept.files}
    said = []

    draw_all(tmp_path, lambda done, total, file: said.append((done, total, file)), processes=1)

    assert {(tmp_path / file).stat().st_mtime_ns for file in kept.files} == set(before.values())
    assert [file for _, _, file in said] == list(missing.files)
    assert said[-1][:2] == (3, 3)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted((*kept.files, *missing.files))


def test_draw_all_again_draws_nothing(tmp_path, monkeypatch):
    works = _two_small_works()[:1]
    monkeypatch.setattr(drawing, "plan", lambda: works)
    draw(works[0], tmp_path)

    draw_all(tmp_path, lambda *said: pytest.fail(f"drew again: {said}"), processes=1)


def test_draw_leaves_nothing_behind_when_writing_fails(tmp_path, monkeypatch):
    def break_off(*_arguments, **_options):
        raise OSError("No space left on device")

    monkeypatch.setattr(Image.Image, "save", break_off)

    with pytest.raises(OSError, match="No space"):
        draw(_two_small_works()[1], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_window_shows_the_same_drawing_closer():
    plate = PLATES["rose-window"]
    whole = np.asarray(drawing.printed(plate, Sheet(plate.paper, pixels=250)).picture(), np.float32)

    window = drawing.printed(plate, Sheet(plate.paper, window=(100, 200, 300, 480), pixels=200)).picture()

    shrunk = np.asarray(window.reduce(2), np.float32)
    assert np.abs(shrunk - whole[100:240, 50:150]).mean() < 4


def test_describing_the_shop_does_not_import_numpy():
    code = "import sys; from app.demo import demo_shop; demo_shop(); sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _two_small_works():
    """A print with its room, and a notebook: three files."""
    works = {work.subject: work for work in plan()}
    return [works["low-island"], works["night-survey-notebook"]]
