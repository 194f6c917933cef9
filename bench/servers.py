"""`bench/servers`: compares production servers, a bare hello-world and the shop's home page under each."""

import subprocess
import sys
from pathlib import Path

from launcher import Refusal, terminal

from bench import options, serving, tables
from bench.meter import Meter
from bench.serving import SERVERS
from bench.shop import Shop, temporary_folder
from bench.turns import Bench, Target
from bench.walks import HELLO

_HOME = "home"
# Not requirements of the shop: they are put into the measurement's own folder and vanish with it.
_CANDIDATES = ("gunicorn==27.0.1", "uvicorn==0.54.0", "waitress==3.0.2", "cheroot==11.1.2")


def main() -> int:
    """Measure and print; a failure on the way makes the figures worthless, and the command says so."""
    chosen = options.parser("bench/servers", __doc__ or "", seconds=20).parse_args()
    try:
        with temporary_folder() as folder:
            shop = Shop(folder, extra_path=_fetch(folder.path / "servers"))
            goods = shop.open(chosen.products)
            targets = _start(shop, options.size(chosen))
            meter = Meter(folder.processes)
            load = Bench(
                goods, meter, connections=chosen.connections, generators=chosen.generators, settle=lambda: None
            )
            with load:
                results = load.measure(targets, seconds=chosen.seconds, rounds=chosen.rounds, tell=lambda _: None)
            memory = meter.memory()
    except Refusal as refusal:
        print(f"bench/servers: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    yardstick = next(iter(results))
    print("", tables.speed(results, yardstick), tables.cpu(results), tables.memory(memory), sep="\n\n")
    doubts = tables.doubts(results)
    if doubts:
        print("\nDo not trust these figures:", *doubts, sep="\n- ")
    return 1 if doubts else 0


def _fetch(folder: Path) -> str:
    """Install the candidates into a folder of their own, and return it."""
    with terminal.step("candidates") as shown:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]
        ran = subprocess.run([*pip, folder, *_CANDIDATES], capture_output=True, text=True, check=False)
        if ran.returncode:
            raise Refusal(f"The candidates could not be installed: {ran.stderr.strip()}")
        shown.end(", ".join(_CANDIDATES))
    return str(folder)


def _start(shop: Shop, size: serving.Size) -> list[Target]:
    """Start the yardstick and the shop under every server; those that wait for their turn cost nothing."""
    targets = []
    with terminal.step("servers") as shown:
        for server in SERVERS:
            title = f"{server}, {HELLO}"
            targets.append(Target(title, HELLO, shop.start_hello(server, size, name=title)))
        for server in SERVERS:
            title = f"{server}, {_HOME}"
            port = shop.folder.ports((title,))[title]
            targets.append(Target(title, _HOME, shop.start_web(server, size, name=title, port=port)))
        shown.end()
    return targets


if __name__ == "__main__":
    sys.exit(main())
