"""UPS, through its REST API: https://developer.ups.com/catalog (OAuth, Shipping v2409, Label Recovery v1, Tracking v1).

Each call has a time budget, goes through the circuit breaker, and refuses to run inside a transaction. Where UPS does
not answer, nobody knows whether it acted: `Unavailable`. Where it says no, it did not act: `Refused`.
"""

import base64
import binascii
import hmac
import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app import clock, config, db
from app.breaker import Breaker
from app.errors import Invalid, Unavailable
from app.money import Money
from app.services.shipping.labels import as_pdf
from app.services.shipping.parcels import Label, Parcel, Sighting
from app.services.shipping.ups_shipment import shipment_request

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 2, 6
_REFUSES = "UPS refuses SHOP_UPS_CLIENT_ID or SHOP_UPS_CLIENT_SECRET"
_DOWN = "UPS does not answer at the moment. Please try again in a minute."
_EARLY = timedelta(minutes=1)  # a token is renewed this long before it expires
_NO_SUCH_SHIPMENT = "9801031"
_KINDS = {
    "P": "in_transit", "I": "in_transit", "O": "in_transit", "D": "delivered", "X": "exception", "RS": "returned",
}  # fmt: skip

_ALREADY_VOIDED = "190117"
breaker = Breaker("UPS")
_tokens: dict[tuple[str, str], tuple[str, datetime]] = {}
_tokens_lock = threading.Lock()


class Refused(Exception):
    """UPS said no, so nothing was done. `status` and `code` are UPS's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class NotAsked(Unavailable):
    """UPS was not reached, or does not know us, so nothing was done."""


def buy_label(parcel: Parcel) -> Label:
    """Buy a label; raise Invalid when UPS refuses the parcel, Unavailable when nobody knows whether it was bought."""
    try:
        answer = _call("POST", "/api/shipments/v2409/ship", body=shipment_request(parcel, config.current().ups_account))
    except Refused as refusal:
        raise Invalid(f"UPS does not take this parcel: {refusal.message} ({refusal.code})") from refusal
    try:
        results = answer["ShipmentResponse"]["ShipmentResults"]
        package = results["PackageResults"][0]
        total = results["ShipmentCharges"]["TotalCharges"]
        cost = Money.parse(total["MonetaryValue"], total["CurrencyCode"])
        return _label(package["TrackingNumber"], package["ShippingLabel"]["GraphicImage"], cost)
    except (LookupError, TypeError, ValueError) as error:
        raise Unavailable("UPS answered with something other than a label.") from error


def find_labels(reference: str) -> list[Label]:
    """Return the labels bought under our `reference`, none when UPS says that there are none.

    Raises Refused when UPS cannot say.
    """
    values = {"ReferenceNumber": {"Value": reference}, "ShipperNumber": config.current().ups_account}
    return _recover({"ReferenceValues": values})


def recover_label(tracking_number: str) -> Label | None:
    """Return the label with this tracking number again, None when UPS does not know it."""
    labels = _recover({"TrackingNumber": tracking_number})
    return labels[0] if labels else None


def void_label(tracking_number: str) -> None:
    """Give a label back, if it is not given back already; raise Invalid when UPS refuses, as once it has the parcel."""
    try:
        _call("DELETE", f"/api/shipments/v2409/void/cancel/{tracking_number}")
    except Refused as refusal:
        if refusal.code == _ALREADY_VOIDED:
            return
        raise Invalid(f"UPS does not take the label back: {refusal.message} ({refusal.code})") from refusal


def track(tracking_number: str) -> list[Sighting]:
    """Return what UPS knows of a parcel; nothing before its first scan."""
    try:
        answer = _call("GET", f"/api/track/v1/details/{tracking_number}")
    except Refused as refusal:
        if refusal.status == 404:
            return []
        raise Unavailable(f"UPS did not tell where {tracking_number} is: {refusal.message}") from refusal
    try:
        shipments = answer["trackResponse"]["shipment"]
        # An unknown number gets 200, a warning and no package.
        packages = [package for shipment in shipments for package in shipment.get("package", [])]
        return [
            _sighting(activity["status"], activity["gmtDate"], activity["gmtTime"], activity.get("location"))
            for package in packages
            if package["trackingNumber"] == tracking_number
            for activity in package.get("activity", [])
        ]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable("UPS answered with something other than a parcel's way.") from error


def verify_push(credential: str) -> None:
    """Raise Invalid unless a Track Alert carries the credential that the shop chose when it subscribed."""
    secret = config.current().ups_webhook_secret
    if not secret or not hmac.compare_digest(credential.encode(), secret.encode()):
        raise Invalid("This tracking event does not carry the shop's credential.")


def read_push(raw: bytes) -> tuple[str, Sighting]:
    """Return the tracking number and the sighting of a Track Alert; raise Invalid for garbage."""
    try:
        body = json.loads(raw)
        place = {"address": body.get("activityLocation") or {}}
        status, day, time = body["activityStatus"], body["gmtActivityDate"], body["gmtActivityTime"]
        return str(body["trackingNumber"]), _sighting(status, day, time, place)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid("This tracking event cannot be read.") from error


def _recover(which: dict[str, Any]) -> list[Label]:
    try:
        answer = _call("POST", "/api/labels/v1/recovery", body={"LabelRecoveryRequest": {"Request": {}, **which}})
    except Refused as refusal:
        if refusal.code == _NO_SUCH_SHIPMENT:
            return []
        raise
    try:
        results = answer["LabelRecoveryResponse"]["LabelResults"]
        return [_label(result["TrackingNumber"], result["LabelImage"]["GraphicImage"]) for result in results]
    except (LookupError, TypeError, ValueError) as error:
        raise Unavailable("UPS answered with something other than a label.") from error


def _label(tracking_number: str, picture: str, cost: Money | None = None) -> Label:
    try:
        return Label(tracking_number, as_pdf(base64.b64decode(picture), title=f"Label {tracking_number}"), cost)
    except binascii.Error as error:
        raise Unavailable("UPS answered with something other than a label.") from error


def _sighting(status: Any, day: Any, time: Any, location: Any) -> Sighting:
    """Read one activity; pushed and asked for, the same one has the same key."""
    address = (location or {}).get("address") or {}
    kind, code = str(status.get("type", "")), str(status.get("code", ""))
    digits = "".join(sign for sign in f"{day}{time}" if sign.isdigit())
    words = " ".join(str(status.get("description", "")).split()) or "Seen by UPS"
    place = ", ".join(filter(None, (address.get("city"), address.get("countryCode") or address.get("country"))))
    moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    text = words.capitalize() if words.isupper() else words
    return Sighting(f"{digits}-{kind}-{code}", moment, _KINDS.get(kind, "seen"), text, place)


def _call(method: str, path: str, *, body: Any = None) -> dict[str, Any]:
    """Make one call. Refused is a no, NotAsked means it never left, any other Unavailable may have been acted on."""
    db.require_no_transaction()
    token = None
    try:
        with breaker.guard():
            token = _token()
            status, answer = _exchange(method, path, body, token)
    except Unavailable as error:
        if token is None:
            raise NotAsked(str(error), retry=error.retry) from error
        raise
    if status >= 400:
        first: dict[str, Any] = next(iter((answer.get("response") or {}).get("errors") or []), {})
        raise Refused(status, str(first.get("code", "")), str(first.get("message", "no reason given")))
    return answer


def _exchange(method: str, path: str, body: Any, token: str) -> tuple[int, dict[str, Any]]:
    """Send and read; a token that UPS no longer takes is replaced once."""
    import httpx  # noqa: PLC0415 - as in _client()

    try:
        answer = _send(method, path, body, token)
        if answer.status_code == 401:
            _forget_token()
            answer = _send(method, path, body, _token())
        _check_key(answer)
        parsed = answer.json()
    except httpx.ConnectError as error:
        raise NotAsked(_DOWN) from error
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(_DOWN) from error
    if answer.status_code >= 500 or answer.status_code in {408, 429} or not isinstance(parsed, dict):
        raise Unavailable(_DOWN)
    return answer.status_code, parsed


def _send(method: str, path: str, body: Any, token: str) -> "httpx.Response":
    headers = {"Authorization": f"Bearer {token}", "transId": db.new_id(), "transactionSrc": "stoa"}
    return _client().request(method, config.current().ups_api_url + path, json=body, headers=headers)


def _token() -> str:
    import httpx  # noqa: PLC0415 - as in _client()

    settings = config.current()
    account = (settings.ups_api_url, settings.ups_client_id)
    with _tokens_lock:
        known = _tokens.get(account)
    if known and clock.now() < known[1]:
        return known[0]
    try:
        answer = _client().post(
            f"{settings.ups_api_url}/security/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(settings.ups_client_id, settings.ups_client_secret),
        )
        _check_key(answer)
        answer.raise_for_status()
        body = answer.json()
        token, until = str(body["access_token"]), clock.now() + timedelta(seconds=int(body["expires_in"])) - _EARLY
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        raise NotAsked(_DOWN) from error
    with _tokens_lock:
        _tokens[account] = token, until
    return token


def _check_key(answer: "httpx.Response") -> None:
    """Log that UPS refuses our keys, which no waiting mends, and raise NotAsked."""
    if answer.status_code not in {401, 403}:
        return
    try:
        reason = str(answer.json()["response"]["errors"][0]["message"])
    except (ValueError, LookupError, TypeError):
        reason = answer.text[:500]
    log.error(_REFUSES, extra={"reason": reason})
    raise NotAsked(f"{_REFUSES}: {reason}", retry=False)


def _forget_token() -> None:
    settings = config.current()
    with _tokens_lock:
        _tokens.pop((settings.ups_api_url, settings.ups_client_id), None)


@lru_cache(maxsize=1)
def _client() -> "httpx.Client":
    import httpx  # noqa: PLC0415 - heavy, and only jobs need it

    # The environment's proxies are not ours to follow: config.py alone reads the environment.
    return httpx.Client(timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS), trust_env=False)
