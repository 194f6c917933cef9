"""What every answer carries, and which writes are refused because they come from another site.

Fetch Metadata (https://web.dev/articles/fetch-metadata) instead of tokens, so that pages stay the same for everybody
and can be cached; `Origin` where a browser does not send it (OWASP, Cross-Site Request Forgery Prevention).
"""

import secrets
import time
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.routing import RequestRedirect

from app import config
from app.errors import Forbidden, NotFound

# Signed or token-borne doors, called by machines that send neither header.
OPEN_TO_MACHINES = {"webhooks.stripe", "webhooks.ups", "webhooks.sendgrid"}
_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
_REFUSED = "This form was sent from another site, so nothing was done. Please send it from the shop's own page."


def register(app: Flask) -> None:
    """Install the checks before, and the headers after, every request."""
    app.before_request(_name_request)
    app.before_request(_refuse_unstorable)
    app.before_request(_refuse_cross_site)
    app.after_request(_stay_on_our_host)
    app.after_request(_add_headers)
    settings: config.Config = app.extensions["config"]
    app.extensions["csp"] = {
        "default": _policy(settings, payment=False),
        "payment": _policy(settings, payment=True),
        "upload": _policy(settings, payment=False, bucket=_bucket(settings)),
    }
    app.extensions["wallets"] = " ".join(["self", *(f'"{origin}"' for origin in _stripe_js(settings))])


def allow_payment_frame() -> None:
    """Let this one answer load Stripe's script and frames. For the payment page only."""
    g.csp = "payment"


def allow_upload() -> None:
    """Let this one answer send a file to the bucket. For the page on which staff add pictures."""
    g.csp = "upload"


def _name_request() -> None:
    g.request_id = request.headers.get("X-Request-Id", "")[:64] or secrets.token_hex(10)
    g.started = time.perf_counter()


def _refuse_unstorable() -> None:
    if "\0" in request.path:  # PostgreSQL keeps no such text, so nothing has such an address
        raise NotFound


def _refuse_cross_site() -> None:
    if request.method in _SAFE or request.endpoint in OPEN_TO_MACHINES:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    elif origin is not None:
        allowed = origin == config.current().origin
    else:
        allowed = not request.cookies
    if not allowed:
        raise Forbidden(_REFUSED)


def _stay_on_our_host(response: Response) -> Response:
    """Send whoever asked for `/admin` to ours: Werkzeug names the host of the request, whatever that says."""
    put_right = request.routing_exception
    if isinstance(put_right, RequestRedirect):
        response.location = f"{config.current().origin}/{put_right.new_url.split('/', 3)[3]}"
    return response


def _add_headers(response: Response) -> Response:
    headers = response.headers
    kind = g.get("csp", "default")
    headers["Content-Security-Policy"] = current_app.extensions["csp"][kind]
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    # A wallet's window tells the page that opened it: https://github.com/camillelamy/explainers, COI with popups.
    headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups" if kind == "payment" else "same-origin"
    wallets = current_app.extensions["wallets"] if kind == "payment" else "self"
    headers["Permissions-Policy"] = f"camera=(), geolocation=(), microphone=(), payment=({wallets})"
    headers["X-Request-Id"] = g.get("request_id", "")
    if config.current().is_secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if request.method not in _SAFE and response.status_code >= 400 and not request.headers.get("HX-Request-Type"):
        # Back leads to this page again. One that the browser may not keep would have to be sent for by another POST,
        # which it will not do: it shows an error page of its own.
        headers["Cache-Control"] = "private, no-cache"
    elif request.method not in _SAFE or response.status_code >= 500:
        headers.setdefault("Cache-Control", "no-store")
    else:
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _policy(settings: config.Config, *, payment: bool, bucket: str = "") -> str:
    """Write the Content-Security-Policy; `payment` for the one page that loads Stripe's script.

    Browsers apply form-action to the redirect after a post, so it lists the hosted payment page. Stripe's script
    predates Trusted Types.
    """
    stripe = " ".join(_stripe_js(settings))
    hosted = _origin(settings.stripe_api_url) if settings.stripe_api_url else "https://checkout.stripe.com"
    api = _origin(settings.stripe_api_url) if settings.stripe_api_url else "https://api.stripe.com"
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": f"'self' {bucket}".strip(),
        "form-action": f"'self' {hosted}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "manifest-src": "'self'",
    }
    if payment:
        rules["script-src"] += f" {stripe}"
        rules["connect-src"] += f" {api}"
        rules["frame-src"] = f"{stripe} https://hooks.stripe.com" if not settings.stripe_api_url else stripe
    else:
        rules |= {"require-trusted-types-for": "'script'", "trusted-types": "htmx"}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _stripe_js(settings: config.Config) -> list[str]:
    """Return where Stripe's script and frames come from (https://docs.stripe.com/security/guide)."""
    origin = _origin(settings.stripe_js_url)
    return [origin] if settings.stripe_api_url else ["https://*.js.stripe.com", origin]


def _bucket(settings: config.Config) -> str:
    return _origin(settings.s3_url or f"https://s3.{settings.s3_region}.amazonaws.com")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
