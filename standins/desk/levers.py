"""The levers: each bends what a company does next, or makes something happen now.

`POST /levers` with `{"lever": "decline", "times": 2}`; a lever gives what it did. The names and their parameters are
the functions below; `reset` takes every lever back, and with `all` forgets everything that ever happened.
"""

from collections.abc import Callable
from typing import Any

from standins import faults, outbox, store
from standins.sendgrid import events as mail_events
from standins.stripe import cards, disputes, errors, intents, lists, refunds, sessions
from standins.ups import tracking

COMPANIES = ("stripe", "ups", "sendgrid")
DECLINE_CODES = tuple(cards.DECLINES)
Given = dict[str, Any]


class Refused(Exception):
    """The lever does not exist, or its parameters make no sense."""


def pull(given: Given) -> Given:
    """Pull the lever named by `lever`."""
    lever = _LEVERS.get(str(given.get("lever")))
    if not lever:
        raise Refused(f"There is no lever {given.get('lever')!r}. There are: {', '.join(_LEVERS)}.")
    try:
        with store.transaction():
            said = lever(given)
    except errors.StripeError as error:
        raise Refused(str(error)) from error
    except (TypeError, ValueError) as error:
        raise Refused(f"{given.get('lever')}: {error}") from error
    if lever is _reset:
        outbox.wait_until_idle()  # so that nothing of before reaches the shop after
    return said


def _calls(given: Given) -> Given:
    """`delay` (milliseconds), `fail` (status, stored), `drop`, `limit`; company, times, path, method, when."""
    times = int(given.get("times", 1))
    when = given.get("when", "before")
    if times < 1 or when not in ("before", "after"):
        raise Refused("`times` is at least 1 and `when` is before or after.")
    rule = faults.Rule(
        company=_company(given),
        act=str(given["lever"]),
        times=times,
        path=str(given.get("path", "")),
        method=str(given.get("method", "")).upper(),
        when=when,
        status=int(given.get("status", 500)),
        milliseconds=int(given.get("milliseconds", 0)),
        code=str(given.get("code", "generic_decline")),
        stored=_truth(given.get("stored")),
        fails=_truth(given.get("fails")),
    )
    if rule.code not in DECLINE_CODES:
        raise Refused(f"`code` is one of: {', '.join(DECLINE_CODES)}.")
    faults.add(rule)
    return {"rules": faults.rules()}


def _decline(given: Given) -> Given:
    """`times` payments are declined with `code`, whatever the card."""
    return _calls({**given, "company": "stripe", "path": "", "method": ""})


def _refuse_capture(given: Given) -> Given:
    """`times` captures are refused with `code`; with `ends` the authorisation is gone too. The money is not taken."""
    return _calls({**given, "fails": given.get("ends"), "company": "stripe", "path": "", "method": ""})


def _process(given: Given) -> Given:
    """`times` payments are "processing" for `milliseconds` more, then paid, or failed with `fails`."""
    return _calls({**given, "company": "stripe", "path": "", "method": ""})


def _webhooks(given: Given) -> Given:
    """`paused`, `repeat` (copies of each), `late` (seconds), `reverse`, `stale` (seconds), `forged`; company."""
    company = _company(given)
    readers: dict[str, Callable[[Any], Any]] = {
        "paused": _truth, "repeat": int, "late": float, "reverse": _truth, "stale": int, "forged": _truth
    }  # fmt: skip
    outbox.bend(company, **{name: read(given[name]) for name, read in readers.items() if name in given})
    return outbox.levers(company)


def _send_again(given: Given) -> Given:
    """Send the webhook of event `id` once more."""
    if not outbox.send_again(str(given.get("id"))):
        raise Refused("No webhook was ever sent for that event.")
    return {"sent": given["id"]}


def _dispute(given: Given) -> Given:
    """Open a dispute on charge `id` (or the charge of a payment intent) for `reason`."""
    key = str(given.get("id", ""))
    if key.startswith("pi_"):
        key = lists.get("payment_intent", key)["latest_charge"] or key
    return disputes.open_dispute(lists.get("charge", key), str(given.get("reason", "fraudulent")))


def _close_dispute(given: Given) -> Given:
    """End dispute `id`, `won` by the shop or lost."""
    return disputes.close(lists.get("dispute", str(given.get("id"))), _truth(given.get("won")))


def _fail_refund(given: Given) -> Given:
    """Have the bank send refund `id` back."""
    refund = lists.get("refund", str(given.get("id")))
    if refund["status"] == "failed":
        raise Refused("That refund has failed already.")
    refunds.fail(refund)
    return refund


def _expire_session(given: Given) -> Given:
    """Let the time of checkout session `id` be over."""
    session = lists.get("checkout.session", str(given.get("id")))
    if session["status"] != "open":
        raise Refused("Only an open session can expire.")
    return lists.public(sessions.expire(session))


def _move(given: Given) -> Given:
    """Move parcel `id` (a tracking number) to its next step or to `step`."""
    parcel = store.find("parcel", str(given.get("id")))
    step = str(given.get("step", ""))
    if not parcel or (step and step not in tracking.STEPS):
        raise Refused(f"Give a tracking number as `id` and one of {', '.join(tracking.STEPS)} as `step`.")
    return tracking.move(parcel, step)


def _mail(given: Given) -> Given:
    """Let `event` (bounce, open, click, spamreport, unsubscribe, …) happen to mail `id`, or the last one to `to`."""
    step = str(given.get("event", "bounce"))
    if step not in mail_events.MORE:
        raise Refused(f"`event` is one of: {', '.join(mail_events.MORE)}.")
    found = store.find("mail", str(given.get("id")))
    if not found and given.get("to"):
        found = next(iter(store.find_all("mail", f"{store.field('to')} = ?", given["to"], limit=1)), None)
    if not found:
        raise Refused("There is no such mail.")
    mail_events.happen(found, step)
    return found


def _search_lag(given: Given) -> Given:
    """Objects are found by search only `seconds` after they were made."""
    faults.write("search_lag", int(given.get("seconds", 0)))
    return {"seconds": int(given.get("seconds", 0))}


def _clock(given: Given) -> Given:
    """Stripe is `seconds` ahead from now on: its sessions, holds and idempotency keys end as their time is over."""
    faults.write("clock", int(given.get("seconds", 0)))
    sessions.expire_due()
    intents.end_holds()
    return {"now": store.now()}


def _forget_keys(given: Given) -> Given:
    """Forget all idempotency keys, as Stripe does after a day."""
    store.query("DELETE FROM answers")
    return {}


def _record(given: Given) -> Given:
    """Write every call and its answer down from now on (`on`), or stop."""
    faults.record(_truth(given.get("on", True)))
    return {}


def _reset(given: Given) -> Given:
    """Take every lever back; with `all`, forget everything that happened too."""
    faults.clear()
    faults.record(on=False)
    store.query("DELETE FROM levers")
    if _truth(given.get("all")):
        store.forget_everything()
    return {}


_LEVERS: dict[str, Callable[[Given], Given]] = {
    "delay": _calls,
    "fail": _calls,
    "drop": _calls,
    "limit": _calls,
    "decline": _decline,
    "refuse_capture": _refuse_capture,
    "process": _process,
    "webhooks": _webhooks,
    "send_again": _send_again,
    "dispute": _dispute,
    "close_dispute": _close_dispute,
    "fail_refund": _fail_refund,
    "expire_session": _expire_session,
    "move": _move,
    "mail": _mail,
    "search_lag": _search_lag,
    "clock": _clock,
    "forget_keys": _forget_keys,
    "record": _record,
    "reset": _reset,
}


def _company(given: Given) -> str:
    company = str(given.get("company", "stripe"))
    if company not in COMPANIES:
        raise Refused(f"`company` is one of: {', '.join(COMPANIES)}.")
    return company


def _truth(value: Any) -> bool:
    return value in (True, 1, "1", "true", "on", "yes")
