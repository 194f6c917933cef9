"""The verdict: the shop's rows beside the companies' books, and beside what the buyers know."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.havoc.buyers import Crowd
from bench.havoc.fleet import Fleet

_ORDERS = """
    SELECT o.number, o.state, p.id, p.state, p.amount, p.captured, p.refunded
    FROM orders o LEFT JOIN payments p ON p.order_id = o.id AND p.provider = 'stripe'
"""
_BROUGHT = """
    SELECT o.number, o.total, COALESCE(sum(p.captured + p.released) FILTER (WHERE p.state = 'paid'), 0)
    FROM orders o LEFT JOIN payments p ON p.order_id = o.id WHERE o.state = 'confirmed' GROUP BY o.id
"""
_CARDS = """
    SELECT c.last4, c.initial, c.balance,
           COALESCE((SELECT sum(p.captured - p.refunded) FROM payments p WHERE p.gift_card_id = c.id), 0),
           COALESCE((SELECT sum(-e.change) FROM gift_card_entries e WHERE e.card_id = c.id AND e.kind = 'voided'), 0)
    FROM gift_cards c
"""
_CARDS_SOLD = """
    SELECT o.number, l.quantity, o.state, count(c.id), count(c.id) FILTER (WHERE c.voided_at IS NULL),
           COALESCE((SELECT sum(cl.quantity) FROM credit_lines cl
                     WHERE cl.order_id = o.id AND cl.position = l.position), 0)
    FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.is_gift_card
    LEFT JOIN gift_cards c ON c.order_id = o.id AND c.position = l.position
    WHERE o.confirmed_at IS NOT NULL GROUP BY o.id, l.position, l.quantity
"""
_COUPONS = """
    SELECT p.code, p.total_limit, p.uses, count(o.id), count(o.id) FILTER (WHERE o.state = 'cancelled')
    FROM promotions p LEFT JOIN promotion_uses u ON u.promotion_id = p.id AND u.given_back_at IS NULL
    LEFT JOIN orders o ON o.id = u.order_id GROUP BY p.id
"""
_STOCK = """
    SELECT l.variant_id, l.on_hand, l.reserved,
           COALESCE((SELECT sum(ol.quantity - COALESCE(back.quantity, 0))
                     FROM order_lines ol JOIN orders o ON o.id = ol.order_id
                     LEFT JOIN (SELECT order_id, position, sum(quantity) AS quantity FROM credit_lines
                                WHERE is_restocked GROUP BY 1, 2) back USING (order_id, position)
                     WHERE o.confirmed_at IS NOT NULL AND ol.variant_id = l.variant_id), 0)
           - COALESCE((SELECT sum(rl.came - rl.damaged)
                       FROM return_lines rl JOIN returns r ON r.id = rl.return_id
                       JOIN order_lines ol ON ol.order_id = rl.order_id AND ol.position = rl.position
                       WHERE NOT r.sent_back AND ol.variant_id = l.variant_id), 0) AS sold
    FROM stock_levels l
"""
_COUNTS = """
    SELECT (SELECT count(*) FROM payments WHERE provider = 'bank_transfer' AND state = 'paid'),
           (SELECT count(*) FROM refunds WHERE is_release),
           (SELECT count(DISTINCT order_id) FROM credits WHERE kind = 'cancellation'),
           (SELECT count(*) FROM returns WHERE state = 'refunded')
"""
_REFUNDS = """
    SELECT r.id, r.state FROM refunds r JOIN payments p ON p.id = r.payment_id
    WHERE p.provider = 'stripe' AND NOT r.is_release
"""
_MAILS = "SELECT id, event, state, attempts FROM messages"
_ATTEMPTS = "SELECT id FROM label_attempts"
_IN_DOUBT = "SELECT id, state, problem FROM shipments WHERE state IN ('maybe_bought', 'refused', 'pending')"
_TOLD = """
    SELECT o.number FROM orders o WHERE o.state = 'confirmed'
    AND NOT EXISTS (SELECT FROM messages m WHERE m.event = 'order_confirmed:' || o.id)
"""
_UNSENT = """
    SELECT o.number FROM orders o WHERE o.state = 'confirmed'
    AND EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id AND l.requires_shipping)
    AND NOT EXISTS (SELECT FROM shipments s WHERE s.order_id = o.id AND s.tracking_number IS NOT NULL)
"""


@dataclass
class Verdict:
    """What was lost, doubled or wrong, a sentence each; and what is counted apart."""

    orders: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    mails: int = 0
    mails_repeated: int = 0
    labels: int = 0
    refunds: int = 0
    charged: int = 0
    coupons_used: int = 0
    cards_used: int = 0
    cards_sold: int = 0
    transfers: int = 0
    releases: int = 0  # what a card held and was never charged
    cancelled_after: int = 0  # orders of which pieces were cancelled after they had been paid
    returned: int = 0  # returns that came and were given back

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be said against it."""
        return not (self.lost or self.doubled or self.wrong)


def judge(fleet: Fleet, crowd: Crowd, goods: dict[str, Any]) -> Verdict:
    """Compare everything with everything."""
    verdict, ledger = Verdict(), fleet.ledger()
    verdict.orders.update(state for (state,) in fleet.query("SELECT state FROM orders"))
    ((verdict.transfers, verdict.releases, verdict.cancelled_after, verdict.returned),) = fleet.query(_COUNTS)
    _judge_money(verdict, fleet, ledger)
    _judge_orders(verdict, fleet, ledger, crowd)
    _judge_vouchers(verdict, fleet)
    _judge_refunds(verdict, fleet, ledger)
    _judge_stock(verdict, fleet, goods)
    _judge_parcels(verdict, fleet, ledger)
    _judge_mails(verdict, fleet, ledger)
    for command in (["reconcile"], ["fsck"], ["audit", "verify"]):
        code, said = fleet.run("-m", "flask", "--app", "wsgi", "shop", *command)
        if code:
            verdict.wrong.append(f"flask shop {' '.join(command)}:\n{said}")
    return verdict


def _judge_money(verdict: Verdict, fleet: Fleet, ledger: dict[str, Any]) -> None:
    charged: Counter[str] = Counter()
    by_intent = {intent["id"]: intent for intent in ledger["payment_intents"]}
    for charge in ledger["charges"]:
        if charge["paid"]:
            payment = by_intent[charge["payment_intent"]]["metadata"].get("payment", "")
            charged[payment] += charge["amount_captured"]
            verdict.charged += charge["captured"]
    known: set[str] = set()
    for number, state, payment, payment_state, amount, captured, refunded in fleet.query(_ORDERS):
        if payment is None:
            continue
        known.add(payment)
        if charged[payment] > amount:
            verdict.doubled.append(f"order {number}: payment {payment} of {amount} was charged {charged[payment]}")
        if charged[payment] != captured:
            verdict.lost.append(
                f"order {number}: {charged[payment]} were charged, {captured} are known ({payment_state})"
            )
        if captured and state != "confirmed" and refunded < captured:
            verdict.lost.append(f"order {number} is {state}, and {captured - refunded} of its money were kept")
    for payment in charged.keys() - known:
        verdict.lost.append(f"{charged[payment]} were charged for {payment or 'nothing'}, which the shop does not know")
    paid = Counter(number for number, _, _, state, *_ in fleet.query(_ORDERS) if state == "paid")
    verdict.doubled += [f"order {number} was paid {count} times" for number, count in paid.items() if count > 1]


def _judge_orders(verdict: Verdict, fleet: Fleet, ledger: dict[str, Any], crowd: Crowd) -> None:
    complete = {session["id"] for session in ledger["sessions"] if session["status"] == "complete"}
    verdict.lost += [f"a buyer paid {session}, and Stripe does not know it" for session in crowd.paid - complete]
    for number, total, brought in fleet.query(_BROUGHT):
        if brought != total:
            verdict.wrong.append(f"order {number} of {total} is confirmed and brought {brought}")


def _judge_vouchers(verdict: Verdict, fleet: Fleet) -> None:
    for last4, initial, balance, spent, voided in fleet.query(_CARDS):
        verdict.cards_used += spent > 0
        if balance < 0 or initial - balance != spent + voided:
            verdict.wrong.append(f"gift card {last4}: of {initial} are {balance} left, {spent} were spent")
    for number, bought, state, issued, kept, given in fleet.query(_CARDS_SOLD):
        verdict.cards_sold += kept
        if issued > bought:
            verdict.doubled.append(f"order {number} bought {bought} gift cards and has {issued}")
        if kept != bought - given:
            verdict.lost.append(f"order {number} ({state}) bought {bought} gift cards, gave {given} back; {kept} work")
    for code, limit, counted, held, dead in fleet.query(_COUPONS):
        verdict.coupons_used += held
        if held > limit or held != counted or dead:
            verdict.wrong.append(f"coupon {code}: {held} of {limit} used, {counted} counted, {dead} by dead orders")


def _judge_refunds(verdict: Verdict, fleet: Fleet, ledger: dict[str, Any]) -> None:
    made: Counter[str] = Counter()
    uncharged = {charge["id"]: charge["amount"] - charge["amount_captured"] for charge in ledger["charges"]}
    for refund in ledger["refunds"]:
        is_release = not refund["metadata"] and refund["amount"] == uncharged[refund["charge"]]  # Stripe's own
        if refund["status"] not in {"failed", "canceled"} and not is_release:
            made[refund["metadata"].get("refund", "")] += 1
            verdict.refunds += 1
    ours = dict(fleet.query(_REFUNDS))
    verdict.doubled += [f"refund {id_} was made {count} times" for id_, count in made.items() if count > 1]
    verdict.lost += [f"refund {id_} is {state} and was not made" for id_, state in ours.items() if made[id_] == 0]
    verdict.wrong += [f"refund {id_} at Stripe is not ours" for id_ in made.keys() - ours.keys()]


def _judge_stock(verdict: Verdict, fleet: Fleet, goods: dict[str, Any]) -> None:
    before = {each["variant"]: each["stock"] for each in goods["variants"]} | {goods["gift"]: goods["gifts"]}
    for variant, on_hand, reserved, sold in fleet.query(_STOCK):
        if before[variant] - on_hand != sold:
            verdict.wrong.append(f"{variant}: {before[variant]} before, {on_hand} after, {sold} sold")
        if reserved:
            verdict.wrong.append(f"{variant}: {reserved} are still held")


def _judge_parcels(verdict: Verdict, fleet: Fleet, ledger: dict[str, Any]) -> None:
    bought: Counter[str] = Counter()
    for label in ledger["labels"]:
        if label["step"] != "void":
            bought.update(label["references"])
            verdict.labels += 1
    ours = {id_ for (id_,) in fleet.query(_ATTEMPTS)}
    twice = [each for each, count in bought.items() if count > 1 and each in ours]
    verdict.doubled += [f"label {each} was bought {bought[each]} times" for each in twice]
    verdict.wrong += [f"parcel {id_} is {state}: {problem}" for id_, state, problem in fleet.query(_IN_DOUBT)]
    verdict.lost += [f"order {number} is paid and has no label" for (number,) in fleet.query(_UNSENT)]


def _judge_mails(verdict: Verdict, fleet: Fleet, ledger: dict[str, Any]) -> None:
    sent = Counter(mail["custom_args"].get("stoa_message", "") for mail in ledger["mails"])
    verdict.mails = len(sent)
    for id_, event, state, attempts in fleet.query(_MAILS):
        if not sent[id_]:
            verdict.lost.append(f"mail {event} is {state} and nobody got it")
        if sent[id_] > attempts:
            verdict.doubled.append(f"mail {event} came {sent[id_]} times of {attempts} tries")
        verdict.mails_repeated += max(0, sent[id_] - 1)
    verdict.lost += [f"order {number} is paid and nobody was told" for (number,) in fleet.query(_TOLD)]
