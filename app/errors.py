"""The six ways the shop says no. There is no HTTP here: `blueprints/_pages.py` holds the table of statuses.

The one rule: `str(error)` is always fit to show a shopper, and says what to do next. What a store raises is not.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# when it does not answer, or refuses
STORE_ERRORS = (OperationalError, PoolTimeout, PyMongoError, RedisError, BotoCoreError, ClientError)

MARKED = "Please check what is marked below."


class ShopError(Exception):
    """A refusal with a message for the person who asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ShopError):
    """Does not exist, or not for the person asking."""

    def __init__(self, message: str = "We could not find that. It may have moved, or the link is incomplete.") -> None:
        super().__init__(message)


class Forbidden(ShopError):
    """The person may know that it exists, but may not do this."""


class Invalid(ShopError):
    """The input is wrong. `fields` maps a field's name to what to do about it."""

    def __init__(self, message: str, **fields: str) -> None:
        super().__init__(message)
        self.fields = fields


class Conflict(ShopError):
    """The world moved on: sold out, already paid, price changed, stale edit."""


class TooOften(ShopError):
    """Too much was tried in too short a time. `again_at`, where it is known, says when to come again."""

    def __init__(self, message: str, *, again_at: datetime | None = None) -> None:
        super().__init__(message)
        self.again_at = again_at


class Unavailable(ShopError):
    """A store or a company is down. `retry` says whether trying again soon helps."""

    def __init__(self, message: str, *, retry: bool = True) -> None:
        super().__init__(message)
        self.retry = retry


def all_of(*looks: Callable[[], Any]) -> list[Any]:
    """Return what each of these finds; when some refuse as Invalid, raise one Invalid that says all of it."""
    found, refused = [], list[Invalid]()
    for look in looks:
        try:
            found.append(look())
        except Invalid as refusal:
            refused.append(refusal)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        said = [MARKED if refusal.fields else refusal.message for refusal in refused]
        fields = {name: advice for refusal in refused for name, advice in refusal.fields.items()}
        raise Invalid(" ".join(dict.fromkeys(said)), **fields)
    return found
