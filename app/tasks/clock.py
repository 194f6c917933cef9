"""Jobs that the clock starts. Each looks for what is due and may run twice, or at the same time as its last copy."""

from app import queue


def relay() -> None:
    """Push what the outboxes hold and Redis does not. Twice is harmless: a job claims its row before it acts."""
    queue.relay()
