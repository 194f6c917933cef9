"""What came of it, in words and figures."""

from collections import Counter

from bench.havoc.books import Verdict
from bench.havoc.buyers import Crowd
from bench.havoc.fleet import Fleet
from bench.havoc.trouble import Trouble

_SHOWN = 20


def write(seed: int, seconds: float, *, crowd: Crowd, fleet: Fleet, trouble: Trouble, verdict: Verdict) -> str:
    """Return the report."""
    kills = sum(fleet.kills.values())
    at_points = sum(trouble.points.values())
    possible = 2 * len(fleet.traps.seen)
    lines = [
        "",
        f"seed              {seed}",
        f"time              {seconds / 60:.1f} minutes",
        f"buyers            {crowd.started}: {_counts(crowd.ended)}",
        f"refused meanwhile {_counts(crowd.refused) or 'none'}",
        f"orders            {sum(verdict.orders.values())}: {_counts(verdict.orders)}",
        f"charges           {verdict.charged}",
        f"transfers         {verdict.transfers}",
        f"refunds           {verdict.refunds}, and {verdict.releases} of what a card only held",
        f"cancelled         pieces of {verdict.cancelled_after} orders that were paid or held",
        f"returned          {verdict.returned}",
        f"vouchers          {verdict.coupons_used} uses of the coupon",
        f"gift cards        {verdict.cards_used} spent, {verdict.cards_sold} sold",
        f"labels            {verdict.labels}",
        f"mails             {verdict.mails}",
        f"kills             {kills}: {_counts(fleet.kills)}; {trouble.at_random} of them at random",
        f"points            {at_points} kills at {len(trouble.points)} of {possible} between two steps",
        f"faults            {sum(trouble.faults.values())}: {_counts(trouble.faults) or 'none'}",
        f"lost              {len(verdict.lost)}",
        f"doubled           {len(verdict.doubled)}",
        f"wrong             {len(verdict.wrong)}",
        f"mails repeated    {verdict.mails_repeated} (between the provider's yes and our mark)",
    ]
    for title, found in (("Lost", verdict.lost), ("Doubled", verdict.doubled), ("Wrong", verdict.wrong)):
        lines += [f"{title}: {each}" for each in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"{title}: and {len(found) - _SHOWN} more")
    lines.append("The books agree." if verdict.is_clean else f"Again with: bench/chaos --seed {seed}")
    return "\n".join(lines)


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.most_common())
