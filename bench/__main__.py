"""`bench/run`: measures the shop beside a bare hello-world under the same server."""

import argparse
import os
import platform
import sys
from dataclasses import replace

from launcher import Refusal, terminal

from bench import options, tables
from bench.meter import Meter
from bench.serving import PRODUCTION, SERVERS
from bench.shop import Shop, bytes_of_home, temporary_folder
from bench.turns import Bench, Result, Target
from bench.walks import ANEW, HELLO, LONG_HELLO, PAGES


def main() -> int:
    """Measure and print; a failure on the way makes the figures worthless, and the command says so."""
    parser = options.parser("bench/run", __doc__ or "", seconds=20)
    parser.add_argument("--server", choices=SERVERS, default=PRODUCTION, help=f"the web server ({PRODUCTION})")
    parser.add_argument("--only", action="append", choices=PAGES, help="measure only this; may be given again")
    chosen = parser.parse_args()
    try:
        results, memory = _measure(chosen)
    except Refusal as refusal:
        print(f"bench/run: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return _show(chosen, results, memory)


def _measure(chosen: argparse.Namespace) -> tuple[dict[str, Result], dict[str, list[int]]]:
    with temporary_folder() as folder:
        shop, meter = Shop(folder), Meter(folder.processes)
        goods = shop.open(chosen.products)
        with terminal.step("shop") as shown:
            size = options.size(chosen)
            web, hello = shop.start_web(chosen.server, size), shop.start_hello(chosen.server, size)
            anew = shop.start_web(chosen.server, size, name="anew", port=folder.ports(("anew",))["anew"], keeps=False)
            shop.start_worker()
            goods = replace(goods, page_bytes=bytes_of_home(web, goods.variants[0]))
            shown.end("open")
        targets = [Target(HELLO, HELLO, hello), Target(LONG_HELLO, LONG_HELLO, hello)]
        targets += [
            Target(page, page, anew, visitors=1) if page.endswith(ANEW) else Target(page, page, web)
            for page in chosen.only or PAGES
        ]
        load = Bench(
            goods, meter, connections=chosen.connections, generators=chosen.generators, settle=shop.wait_for_jobs
        )
        with load, terminal.step("measuring") as shown:
            results = load.measure(
                targets,
                seconds=chosen.seconds,
                rounds=chosen.rounds,
                tell=lambda number: shown.tell(f"round {number} of {chosen.rounds}"),
            )
            shown.end()
            return results, meter.memory()


def _show(chosen: argparse.Namespace, results: dict[str, Result], memory: dict[str, list[int]]) -> int:
    print(
        f"\n{chosen.server}, {chosen.processes} processes with {chosen.threads} threads each; {chosen.connections} "
        f"visitors at once; {chosen.rounds} turns of {chosen.seconds / chosen.rounds:g} s each; {os.cpu_count()} "
        f"cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n"
    )
    print(tables.speed(results), tables.cpu(results), tables.memory(memory), sep="\n\n")
    if bought := results.get("guest checkout"):
        print("", f"Guest checkouts: {tables.kept_up(bought)}", "", tables.steps(bought), sep="\n")
    doubts = tables.doubts(results)
    if doubts:
        print("\nDo not trust these figures:", *doubts, sep="\n- ")
    return 1 if doubts else 0


if __name__ == "__main__":
    sys.exit(main())
