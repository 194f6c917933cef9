"""Looking at a page as people do: light and dark, telephone and desktop; what axe finds at fault, what is too wide.

With STOA_SCREENSHOTS=FOLDER each look is photographed as well; `bin/screenshots` sets it.
"""

import os
from html import escape
from itertools import product
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

FOLDER = os.environ.get("STOA_SCREENSHOTS")
_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
_SIZES = {"phone": {"width": 390, "height": 800}, "desktop": {"width": 1280, "height": 800}}
_NARROW = (640, 320)  # a desktop at 200 %, and at 400 % or a small telephone (WCAG 1.4.4 and 1.4.10)
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that can be another in the dark
_FIND = """async (only) => {
  const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}"""
_LAY_OUT = """() => {
  for (const one of document.querySelectorAll("body *"))
    if (getComputedStyle(one).contentVisibility === "auto") one.style.contentVisibility = "visible";
}"""
_OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Gaze:
    """One window, whose policy lets axe in. `faults` is what was found so far."""

    def __init__(self, page: Page, shop: str, *, is_page: bool = True) -> None:
        """Take a window and the shop's address; looks at nothing yet. What is no page (a mail) has no landmarks."""
        self.page, self.faults = page, list[str]()
        self._shop, self._tags = shop, [*_TAGS, *(["best-practice"] if is_page else [])]

    def at(self, path: str, name: str, *, status: int = 200) -> None:
        """Go to a page and look at it."""
        answer = self.page.goto(self._shop + path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"
        self.here(name)

    def here(self, name: str, *, whole: bool = True) -> None:
        """Look at what is in the window now; `whole` photographs the page down to its end."""
        self.page.evaluate(_LAY_OUT)  # also what is not near yet
        for (size, viewport), scheme in product(_SIZES.items(), ("light", "dark")):
            self.page.set_viewport_size(viewport)
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if not self.page.evaluate("'axe' in window"):
                self.page.evaluate(_AXE)
            found = self.page.evaluate(_FIND, self._tags if scheme == "light" else _OF_COLOUR)
            self.faults += [f"{name}, {size}, {scheme}: {fault}" for fault in found]
            if FOLDER:
                self._photograph(f"{name}, {size}, {scheme}", whole=whole)

        for width in _NARROW:
            self.page.set_viewport_size({"width": width, "height": 640})
            if (overhang := self.page.evaluate(_OVERHANG)) > 0:
                self.faults.append(f"{name}, {width} px: {overhang} px too wide")

    def _photograph(self, name: str, *, whole: bool) -> None:
        if whole:  # pictures below load when they come into view
            self.page.evaluate(
                "document.querySelectorAll('img[loading=lazy]').forEach((one) => (one.loading = 'eager'))"
            )
            self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=Path(FOLDER or "") / f"{name}.png", full_page=whole)


def write_index(folder: Path) -> None:
    """Write the page that shows every photograph of the folder."""
    names = sorted(file.stem for file in folder.glob("*.png"))
    shown = "".join(
        f'<figure><a href="{escape(name)}.png"><img loading="lazy" src="{escape(name)}.png" alt=""></a>'
        f"<figcaption>{escape(name)}</figcaption></figure>"
        for name in names
    )
    style = "body{font:14px sans-serif;display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}img{height:22rem}"
    text = f"<!doctype html><meta charset=utf-8><title>{len(names)} looks</title><style>{style}</style>{shown}"
    (folder / "index.html").write_text(text, encoding="utf-8")
