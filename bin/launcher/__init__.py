"""Starts the shop, its engines and its tests on one machine. Behind `bin/dev` and `bin/test`; the app never imports it.

The one rule: whatever goes wrong outside our code is told in a sentence that says what to do, raised as `Refusal`.
"""


class Refusal(Exception):
    """The machine or the folder does not allow it; the message says what to do."""
