"""Jobs that the clock starts. Each looks for what is due and may run twice, or at the same time as its last copy."""

from app import queue
from app.services import accounts, audit, cart, catalog, checkout, fulfilment, health, orders, payments, search

_LATELY = 90  # days that count for what is bought most
_A_WHILE = 2.0  # seconds; of thousands the rest comes next time, so that money and mail have their turn


def beat() -> None:
    """Note that the clock runs and a worker does what it starts. Twice is once."""
    health.beat()


def relay() -> None:
    """Push what the outboxes hold and Redis does not. Twice is harmless: a job claims its row before it acts."""
    queue.relay()


def prune_jobs() -> None:
    """Forget jobs that were done long ago. Twice is once."""
    queue.prune()


def settle_open() -> None:
    """Settle payments whose webhook never came. Twice is harmless: settling moves forward only."""
    checkout.settle_open()


def reconcile() -> None:
    """Compare the money of the last days with the provider's. Twice is harmless: it only settles and reports."""
    checkout.reconcile()


def seal_audit() -> None:
    """Chain what was audited since. Twice is harmless: one sealer at a time, and a sealed row waits no longer."""
    audit.seal()


def checkpoint_audit() -> None:
    """Sign how far the audit has come, out of the database. Twice is harmless: the same object is written again."""
    audit.checkpoint()


def forget_attempts() -> None:
    """Delete old sign-in attempts. Twice is harmless: what is gone is gone."""
    accounts.forget_attempts()


def forget_carts() -> None:
    """Erase carts that nobody came back to. Twice is harmless: what is gone is gone."""
    cart.forget_old()


def flag_lapsing() -> None:
    """Tell staff which cards hold their money for a short time only. Twice is once: a payment is flagged once."""
    checkout.flag_lapsing()


def forget_tries() -> None:
    """Delete old tries of cards and codes. Twice is harmless: what is gone is gone."""
    payments.forget_tries()


def forget_events() -> None:
    """Delete events of companies that were dealt with long ago. Twice is harmless: what is gone is gone."""
    payments.forget_events()


def follow_parcels() -> None:
    """Ask the carrier about parcels on their way. Twice is harmless: a parcel asked about is not due again at once."""
    fulfilment.poll()


def index_stale() -> None:
    """Index products whose job was lost. Twice is harmless: documents are written from what the catalogue says now."""
    search.index_stale(seconds=_A_WHILE)


def finish_pictures() -> None:
    """Queue pictures whose job was lost. Twice is harmless: a finished picture is left alone."""
    catalog.queue_unfinished()


def index_turns() -> None:
    """Index what ran out or came in again. Twice is harmless: documents are written from what the stock says now."""
    search.index_turns(seconds=_A_WHILE)


def forget_words() -> None:
    """Forget words that no product has any more. Twice is harmless: what is gone is gone."""
    search.forget_words()


def forget_uploads() -> None:
    """Erase uploads that nobody waits for any more. Twice is harmless: what is gone is gone."""
    catalog.forget_uploads()


def rank_products() -> None:
    """Write what was bought most lately. Twice is harmless: what the orders say is written again."""
    search.rank(orders.count_bought(days=_LATELY))
