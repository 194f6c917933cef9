"""Coming to rest: time passes, until nothing that was asked for waits any more."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from bench.havoc.fleet import Fleet

_PATIENCE = 900.0  # seconds without anything done
_A_LEASE = 60.0  # as above, until whoever holds a lease is taken for dead
_OPEN = "SELECT name, args, error FROM outbox WHERE done_at IS NULL AND failed_at IS NULL"
_FOR_THE_CLERK = """
    UNION ALL SELECT 'transfer', to_jsonb(id), '' FROM payments WHERE provider = 'bank_transfer' AND state = 'open'
    UNION ALL SELECT 'return', to_jsonb(id), '' FROM returns WHERE state IN ('requested', 'approved', 'received')
"""
# Whoever held these leases is dead; and a minute has passed since a carrier was asked.
_LEASES_END = (
    "UPDATE outbox SET leased_until = now() - interval '1 s', pushed_at = NULL WHERE done_at IS NULL",
    "UPDATE messages SET leased_until = now() - interval '1 s' WHERE leased_until IS NOT NULL",
    "UPDATE label_attempts SET asked_at = asked_at - interval '2 min' WHERE asked_at IS NOT NULL",
)
_HOURS_PASS = (
    "UPDATE outbox SET due_at = now() WHERE done_at IS NULL AND failed_at IS NULL AND due_at > now()",
    "UPDATE reservations SET expires_at = now() WHERE state = 'held' AND expires_at > now()",
)


async def come_to_rest(fleet: Fleet, tell: Callable[[str], None]) -> list[str]:
    """Let leases and waits end until all is done; return what is left undone all the same."""
    await _end_leases(fleet)
    left = await _drain(fleet, tell, _OPEN + _FOR_THE_CLERK)
    fleet.dismiss("clerk")  # or there would always be something new
    if not left:
        # What a night does: payments that came and nobody noticed are settled.
        await asyncio.to_thread(fleet.run, "-m", "flask", "--app", "wsgi", "shop", "reconcile")
        left = await _drain(fleet, tell, _OPEN)
    fleet.stop()
    return left


async def _drain(fleet: Fleet, tell: Callable[[str], None], what: str) -> list[str]:
    """Have the processes work until nothing is open; whoever holds a lease and does nothing is taken for dead."""
    counting = f"SELECT name, count(*) FROM ({what}) AS waiting GROUP BY name"
    last, since, leases_end = Counter[str](), time.monotonic(), time.monotonic() + _A_LEASE
    while waiting := Counter(dict(await asyncio.to_thread(fleet.query, counting))):
        now = time.monotonic()
        if waiting != last:
            last, since, leases_end = waiting, now, now + _A_LEASE
        if now - since > _PATIENCE:
            left = await asyncio.to_thread(fleet.query, what)
            return [f"{name} {args} is not done: {error}" for name, args, error in left]
        if now > leases_end:
            await _end_leases(fleet)
            leases_end = time.monotonic() + _A_LEASE
        tell(", ".join(f"{count} {name}" for name, count in waiting.most_common()))
        fleet.revive()
        for statement in _HOURS_PASS:
            await asyncio.to_thread(fleet.query, statement)
        await asyncio.sleep(2)
    return []


async def _end_leases(fleet: Fleet) -> None:
    fleet.stop()
    for statement in _LEASES_END:  # in a thread: the proxies must go on, or the dead would keep their locks
        await asyncio.to_thread(fleet.query, statement)
    fleet.go_on()
