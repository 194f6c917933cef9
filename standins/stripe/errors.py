"""Stripe's errors: a type, perhaps a code, and the parameter that is wrong."""

from typing import Any


class StripeError(Exception):
    """An answer other than 200. Nothing that was written before it is kept."""

    status = 400
    type = "invalid_request_error"
    kept = False

    def __init__(self, message: str, code: str = "", param: str = "", status: int = 0, **more: Any) -> None:
        """Say what is wrong in Stripe's words."""
        super().__init__(message)
        self.status = status or self.status
        self.body: dict[str, Any] = {"message": message, "type": self.type}
        if code:
            self.body["code"] = code
            self.body["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.body["param"] = param
        self.body.update(more)


class CardError(StripeError):
    """The bank said no. The failed charge and its events are kept."""

    status = 402
    type = "card_error"
    kept = True


class IdempotencyError(StripeError):
    """The key was used for another request, or another request with it is running."""

    type = "idempotency_error"


def missing(param: str) -> StripeError:
    """Refuse a request that lacks a parameter."""
    return StripeError(f"Missing required param: {param}.", "parameter_missing", param)


def no_such(thing: str, key: str, param: str = "id") -> StripeError:
    """Refuse an id that nothing has."""
    return StripeError(f"No such {thing}: '{key}'", "resource_missing", param, 404)
