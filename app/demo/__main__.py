"""`python -m app.demo --out DIR [--sheet sheet.png]`: draw the demo shop's pictures, and a sheet of them all."""

import argparse
import sys
import time
from pathlib import Path

from PIL import Image

from app.demo import demo_shop, draw_all

THUMB = (160, 200)
ACROSS = 12


def main() -> None:
    """Draw what is missing, say how it goes, and make the sheet when asked."""
    parser = argparse.ArgumentParser(prog="python -m app.demo", description="Draw the demo shop's pictures.")
    parser.add_argument("--out", type=Path, required=True, help="the folder to draw into; what it has is kept")
    parser.add_argument("--sheet", type=Path, help="also make a contact sheet of all pictures, here")
    parser.add_argument("--processes", type=int, default=2, help="how many to draw with (2)")
    wishes = parser.parse_args()
    start = time.monotonic()
    draw_all(wishes.out, _say, wishes.processes)
    sys.stdout.write(f"\nAll pictures are in {wishes.out} ({time.monotonic() - start:.1f} s).\n")
    if wishes.sheet:
        contact_sheet(wishes.out).save(wishes.sheet)


def contact_sheet(folder: Path) -> Image.Image:
    """Every product picture of the shop, small, in the shop's order."""
    files = [picture.file for product in demo_shop().products for picture in product.pictures]
    rows = -(-len(files) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * THUMB[0], rows * THUMB[1]), "white")
    for number, file in enumerate(files):
        with Image.open(folder / file) as picture:
            picture.draft("RGB", (THUMB[0] * 2, THUMB[1] * 2))
            sheet.paste(picture.resize(THUMB), (number % ACROSS * THUMB[0], number // ACROSS * THUMB[1]))
    return sheet


def _say(done: int, total: int, file: str) -> None:
    sys.stdout.write(f"\r{done:4d} of {total}  {file:<60.60}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
