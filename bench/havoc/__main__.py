"""`bench/chaos`: buyers buy while everything is killed at every step; then the books are compared."""

import argparse
import asyncio
import random
import sys
import time
from typing import Any

from launcher import Refusal, terminal

from bench.havoc import books, report
from bench.havoc.books import Verdict
from bench.havoc.buyers import Buyer, Crowd
from bench.havoc.fleet import Fleet
from bench.havoc.proxy import Traps
from bench.havoc.rest import come_to_rest
from bench.havoc.trouble import Trouble
from bench.shop import temporary_folder

_STEP = 5.0  # seconds that a buyer waits for kills to keep step with the selling


def main() -> int:
    """Make havoc and print what came of it; 1 when anything was lost, doubled or wrong."""
    chosen = _options()
    try:
        with temporary_folder() as folder:
            traps = Traps()
            fleet = Fleet(folder, traps, webs=chosen.webs, workers=chosen.workers, capture=chosen.capture)
            return asyncio.run(_run(chosen, fleet, traps))
    except Refusal as refusal:
        print(f"bench/chaos: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=200, help="how many people buy (200)")
    parser.add_argument("--kills", type=int, default=0, help="how many processes are killed (one for ten orders)")
    parser.add_argument("--minutes", type=float, default=600, help="send in nobody new after so many minutes")
    parser.add_argument("--buyers", type=int, default=8, help="how many buy at once (8)")
    parser.add_argument("--webs", type=int, default=2, help="web processes (2)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--capture", choices=["now", "on_shipping"], default="now", help="when cards are charged (now)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="what all chance comes from")
    return parser.parse_args()


async def _run(chosen: argparse.Namespace, fleet: Fleet, traps: Traps) -> int:
    print(f"seed {chosen.seed}", flush=True)
    kills = chosen.kills or max(1, chosen.orders // 10)
    with terminal.step("shop") as shown:
        goods = await fleet.open(f"20,1000000,{max(5, chosen.orders // 50)}")
        shown.end("open")
    crowd, trouble, began = Crowd(), Trouble(fleet, traps, chosen.seed), time.monotonic()

    def is_enough() -> bool:
        share = crowd.started / chosen.orders
        return sum(fleet.kills.values()) >= kills * min(1.0, share * 1.05)

    with terminal.step("havoc") as shown:
        making = asyncio.create_task(trouble.make(is_enough))
        await _sell(chosen, fleet, crowd, goods, shown)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        shown.end()
    seconds = time.monotonic() - began
    with terminal.step("coming to rest") as shown:
        await trouble.end()
        left = await come_to_rest(fleet, shown.tell)
        shown.end()
    with terminal.step("books") as shown:
        verdict: Verdict = await asyncio.to_thread(books.judge, fleet, crowd, goods)
        verdict.wrong += left
        shown.end()
    print(report.write(chosen.seed, seconds, crowd=crowd, fleet=fleet, trouble=trouble, verdict=verdict))
    return 0 if verdict.is_clean else 1


async def _sell(
    chosen: argparse.Namespace, fleet: Fleet, crowd: Crowd, goods: dict[str, Any], shown: terminal.Step
) -> None:
    """Let people in, so many at once, until all have been; show how far it is."""
    numbers = iter(range(chosen.orders))
    wanted = chosen.kills or chosen.orders // 10
    closes = time.monotonic() + chosen.minutes * 60

    async def queue() -> None:
        for number in numbers:
            if time.monotonic() > closes:
                return
            patience = time.monotonic() + _STEP
            while sum(fleet.kills.values()) < wanted * number / chosen.orders - 1 and time.monotonic() < patience:  # noqa: ASYNC110 - nothing tells of a kill
                await asyncio.sleep(0.05)
            chance = random.Random(f"{chosen.seed}-{number}")
            await Buyer(number, fleet.origin, goods, chance, crowd).buy()
            kills = sum(fleet.kills.values())
            shown.tell(f"{crowd.started} of {chosen.orders} people, {kills} kills")

    await asyncio.gather(*(queue() for _ in range(chosen.buyers)))


if __name__ == "__main__":
    sys.exit(main())
