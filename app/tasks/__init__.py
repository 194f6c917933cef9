"""The jobs: RQ in, one service call. `name` is `<file>.<function>` in this folder.

The one rule: a job carries ids, may run twice, and says in its docstring why that is harmless.
"""

from collections.abc import Callable
from importlib import import_module

from app import queue
from app.queue import Job

_A_WEEK = 180  # tries: pauses that grow for an hour, then one each hour

JOBS = {
    "checkout.charge": Job("money"),
    "checkout.settle": Job("money"),
    "checkout.look_again": Job("money"),
    "checkout.capture": Job("money", tries=30),
    "checkout.void": Job("money", tries=30),
    "checkout.close_open": Job("money", tries=500),
    "checkout.end_unpaid": Job("money", tries=500),  # as for expire
    "checkout.reconcile": Job("money", lease=600),
    "checkout.expire": Job("money", tries=500),  # stock stays held until the provider confirms, however long that takes
    "payments.refund": Job("money", tries=30),
    "payments.process_event": Job("money"),
    "checkout.tell_refund_failed": Job("money"),
    "payments.cancel_stray": Job("money", tries=30),
    "payments.close_lost": Job("money", tries=30),
    "fulfilment.start": Job("default"),
    "fulfilment.issue_gift_cards": Job("default"),
    "fulfilment.buy_label": Job("default", lease=90, tries=_A_WEEK),
    "fulfilment.give_label_back": Job("default", lease=90, tries=_A_WEEK),
    "fulfilment.note_push": Job("default"),
    "documents.invoice": Job("default"),
    "documents.credit_note": Job("default"),
    "documents.packing_slip": Job("default"),
    "documents.print": Job("default"),
    "imports.go_on": Job("imports", lease=120),
    "pictures.finish": Job("pictures", lease=300),
    "pictures.take": Job("pictures", lease=120),
    "search.index_product": Job("default", lease=30),
    "search.index_collection": Job("default", lease=30),
    "email.order_confirmed": Job("mail"),
    "email.gift_cards": Job("mail"),
    "email.order_shipped": Job("mail"),
    "email.refund_made": Job("mail"),
    "email.order_cancelled": Job("mail"),
    "email.order_link": Job("mail"),
    "email.return_changed": Job("mail"),
    "email.payment_asked": Job("mail"),
    "email.paid_anew": Job("mail"),
    "email.transfer_asked": Job("mail"),
    "email.transfer_reminder": Job("mail"),
    "email.send": Job("mail", tries=_A_WEEK),
    "email.note_event": Job("mail"),
}


def find(name: str) -> Callable[..., object]:
    """Return the function of job `name`."""
    if name not in JOBS:
        raise LookupError(f"no job is called {name!r}")
    file, function = name.split(".")
    job: Callable[..., object] = getattr(import_module(f"app.tasks.{file}"), function)
    return job


def run(database_name: str, row_id: str, name: str) -> None:
    """What RQ calls: claim the row of the outbox and act on it."""
    queue.run(database_name, row_id, name, find(name))
