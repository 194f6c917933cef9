"""`bench/flash`: a flash sale. Many people at the last page want what there is little of, and press at once."""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from launcher import Refusal, terminal

from bench.havoc.fleet import Fleet
from bench.havoc.proxy import Traps
from bench.shop import temporary_folder
from bench.turns import percentile

_PATIENCE = 600.0  # seconds for an answer


@dataclass
class Outcome:
    """What the buyers were told, and after how many seconds."""

    orders: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Sell, print how quick it was, and fail when a piece too many or too few was sold."""
    parser = argparse.ArgumentParser(prog="bench/flash", description=__doc__)
    parser.add_argument("--buyers", type=int, default=2000, help="how many press the button (2000)")
    parser.add_argument("--units", type=int, default=100, help="how many pieces there are (100)")
    parser.add_argument("--webs", type=int, default=2, help="web processes (2)")
    chosen = parser.parse_args()
    try:
        with temporary_folder() as folder:
            fleet = Fleet(folder, Traps(), webs=chosen.webs, workers=1, is_watched=False)
            return asyncio.run(_run(chosen, fleet))
    except Refusal as refusal:
        print(f"bench/flash: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def _run(chosen: argparse.Namespace, fleet: Fleet) -> int:
    with terminal.step("shop") as shown:
        goods = await fleet.open(f"1,0,{chosen.units}")
        shown.end("open")
    with terminal.step("buyers") as shown:
        said = fleet.call("-m", "bench.crowd", str(chosen.buyers), goods["variants"][0]["variant"], role="worker")
        crowd = json.loads(said.splitlines()[-1])
        body = urlencode(crowd["form"]).encode()
        await asyncio.gather(*(_knock(port) for port in fleet.webs()))
        shown.end(f"{len(crowd['cookies'])} at the last page")
    with terminal.step("sale") as shown:
        outcome, began = Outcome(), time.perf_counter()
        ports = fleet.webs()
        turns = zip(itertools.cycle(ports), crowd["cookies"], strict=False)
        await asyncio.gather(*(_press(port, cookie, body, outcome) for port, cookie in turns))
        shown.end(f"over after {time.perf_counter() - began:.1f} s")
    return _tell(fleet, chosen.units, outcome)


async def _press(port: int, cookie: str, body: bytes, outcome: Outcome) -> None:
    began = time.perf_counter()
    head = (
        f"POST /checkout/orders HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "Sec-Fetch-Site: same-origin\r\nAccept: text/html\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        answer = await asyncio.wait_for(_ask(port, head.encode() + body), _PATIENCE)
    except (OSError, TimeoutError) as error:
        outcome.others[type(error).__name__] += 1
        return
    took = time.perf_counter() - began
    if b"/stripe/pay/" in answer.partition(b"\r\n\r\n")[0]:
        outcome.orders.append(took)
    elif answer[9:12] in {b"303", b"409"}:  # shown the last page, or sent to the cart: it has sold out
        outcome.refusals.append(took)
    else:
        outcome.others[answer[9:12].decode() or "no answer"] += 1


async def _knock(port: int) -> None:
    """Wait until a process answers, so that nobody waits for its start."""
    while True:
        try:
            if (await _ask(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))[9:12] == b"200":
                return
        except OSError:
            await asyncio.sleep(0.1)


async def _ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read(-1)
    finally:
        writer.close()


def _tell(fleet: Fleet, units: int, outcome: Outcome) -> int:
    [(on_hand, reserved)] = fleet.query("SELECT on_hand, reserved FROM stock_levels ORDER BY reserved DESC LIMIT 1")
    [(placed,)] = fleet.query("SELECT count(*) FROM orders WHERE state = 'placed'")
    oversold = max(0, placed - units, len(outcome.orders) - units)
    print(f"\npieces            {units}: {reserved} of {on_hand} promised to {placed} orders")
    if outcome.orders:
        print(f"orders            {len(outcome.orders)}, {len(outcome.orders) / max(outcome.orders):.1f} a second")
        print(f"slowest order     {max(outcome.orders):.2f} s")
    if outcome.refusals:
        middle, slowest = percentile(outcome.refusals, 50) / 1000, max(outcome.refusals)
        print(f"refusals          {len(outcome.refusals)}, {len(outcome.refusals) / slowest:.1f} a second")
        print(f"slowest refusal   {slowest:.2f} s; the one in the middle {middle:.2f} s")
    print(f"other answers     {', '.join(f'{count} {name}' for name, count in outcome.others.items()) or 'none'}")
    print(f"oversold          {oversold}")
    is_right = not oversold and not outcome.others and placed == reserved == min(units, len(outcome.orders))
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
