"""Who is asking: a shopper by the cart cookie, a member of staff by the session.

The one rule: a stranger gets no cookie until something needs one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Request, Response, g, request, url_for
from flask.sessions import SecureCookieSession, SessionInterface
from flask_login import LoginManager, UserMixin, current_user
from itsdangerous import BadSignature, Signer

from app import config
from app.blueprints._pages import see_other
from app.errors import Forbidden
from app.services import accounts

CART_COOKIE_SECONDS = 90 * 24 * 3600
DEVICE_COOKIE_SECONDS = 365 * 24 * 3600

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Shopper:
    """Who shops. `cart_id` is None until something was put in the cart."""

    cart_id: str | None


def shopper() -> Shopper:
    """Return who shops here. Reads the cookie only; asks no store."""
    if "shopper" not in g:
        settings = config.current()
        g.shopper = Shopper(cart_id=cart_of_cookie(request.cookies.get(settings.cookie("cart")), settings))
    who: Shopper = g.shopper
    return who


def remember_cart(cart_id: str) -> None:
    """Have the answer set the cart cookie to `cart_id`."""
    g.shopper = Shopper(cart_id=cart_id)
    g.new_cart = cart_id


def cart_of_cookie(value: str | None, settings: config.Config) -> str | None:
    """Return the cart that the cart cookie's `value` names; None when it is not one of ours."""
    return _unsigned(value, settings.secret_key) if value else None


@lru_cache(maxsize=1024)
def _unsigned(value: str, secret_key: str) -> str | None:
    try:
        return _signer(secret_key).unsign(value).decode()
    except BadSignature:
        return None


def _signer(secret_key: str) -> Signer:
    return Signer(secret_key, salt="cart-cookie")


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """A member of staff in one browser; what flask-login calls the current user."""

    staff: accounts.Staff
    session: accounts.Session

    def get_id(self) -> str:
        """Return the id flask-login knows them by."""
        return self.staff.id


def staff() -> accounts.Staff:
    """Return the member of staff who asks. Only behind `staff_only`."""
    return cast(accounts.Staff, current_user.staff)


def staff_session() -> accounts.Session:
    """Return the session of the member of staff who asks. Only behind `staff_only`."""
    return cast(accounts.Session, current_user.session)


def halfway() -> accounts.Session | None:
    """Return the session of somebody whose password was right and whose code is awaited."""
    session = _staff_session_of_cookie()
    return session if session and not session.is_complete else None


def signed_in_only(view: Callable[_Arguments, _Answer]) -> Callable[_Arguments, _Answer | Response]:
    """Open a view to every member of staff, whatever their role."""

    @wraps(view)
    def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Answer | Response:
        if not current_user.is_authenticated:
            return cast(Response, _logins.unauthorized())
        return view(*args, **kwargs)

    return guarded


def staff_only(permission: str) -> Callable[[Callable[_Arguments, _Answer]], Callable[_Arguments, _Answer | Response]]:
    """Open a view to staff whose role allows `permission`; others are sent to sign in, or refused."""
    if permission not in accounts.PERMISSIONS:
        raise LookupError(f"no permission is called {permission!r}")

    def guard(view: Callable[_Arguments, _Answer]) -> Callable[_Arguments, _Answer | Response]:
        @wraps(view)
        def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Answer:
            if not staff().may(permission):
                raise Forbidden("Your role does not allow this. Ask an owner to do it.")
            return view(*args, **kwargs)

        return signed_in_only(guarded)

    return guard


def visitor() -> accounts.Visitor:
    """Return where this request comes from."""
    device = request.cookies.get(config.current().cookie("staff-device"))
    return accounts.Visitor(request.remote_addr or "", request.headers.get("User-Agent", ""), device)


def confirm(code: str) -> None:
    """Require a fresh proof for a dangerous act: a code from the last ten minutes, or the right one now."""
    if not staff_session().is_fresh:
        remember_staff(accounts.confirm(staff_session(), code, visitor()))


def proof_needed() -> dict[str, Any]:
    """Return what a page with a dangerous act asks for: whether a code, and what the demo's authenticator shows."""
    is_needed = not staff_session().is_fresh
    return {"needs_code": is_needed, "demo_code": accounts.demo_code(staff().id) if is_needed else None}


def remember_staff(session_id: str, *, device: str | None = None) -> None:
    """Have the answer set the staff cookie, and the one that marks a browser as known."""
    g.new_staff_session, g.new_staff_device = session_id, device


def forget_staff() -> None:
    """Have the answer take the staff cookie away."""
    g.new_staff_session = ""


def local_path(address: str | None, *, otherwise: str) -> str:
    """Return where to go after signing in: a path of this shop's back office, never another site."""
    parts = _split(address or "")
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/admin") and "\\" not in parts.path
    return parts.path + (f"?{parts.query}" if parts.query else "") if is_ours else otherwise


class _NoSession(SessionInterface):
    """Flask's own session is off: it would be a second place to be signed in, and mark every page as personal."""

    def open_session(self, _app: Flask, _request: Request) -> SecureCookieSession | None:
        return None


_logins = LoginManager()


def register(app: Flask) -> None:
    """Tell flask-login who is signed in, and write cookies after requests that call for them."""
    app.session_interface = _NoSession()
    # A browser that sends flask-login's cookie would be looked up by that alone; ours is the only one.
    app.config["REMEMBER_COOKIE_NAME"] = "never"
    _logins.request_loader(_signed_in)
    _logins.unauthorized_handler(_send_to_sign_in)
    _logins.init_app(app, add_context_processor=False)
    app.after_request(_write_cart_cookie)
    app.after_request(_write_staff_cookies)


def _signed_in(_request: Request) -> SignedIn | None:
    if g.get("asked_who"):  # in vain, or flask-login would know: the page that says so asks no store again
        return None
    g.asked_who = True
    session = _staff_session_of_cookie()
    if session is None or not session.is_complete:
        return None
    member = accounts.find_staff(session.staff_id)
    return SignedIn(member, session) if member else None


def _staff_session_of_cookie() -> accounts.Session | None:
    secret = request.cookies.get(config.current().cookie("staff"))
    return accounts.find_session(secret) if secret else None


def _send_to_sign_in() -> Response:
    """Send a reader to sign in and back; refuse a writer, whose form is not lost in the browser."""
    if request.method not in {"GET", "HEAD"}:
        raise Forbidden("Your sign-in has ended, so nothing was done. Sign in in another tab, then send this again.")
    asked = request.full_path.rstrip("?") if "HX-Request-Type" not in request.headers else _current_path()
    return see_other(url_for("admin.sign_in.show", next=asked))


def _current_path() -> str:
    parts = _split(request.headers.get("HX-Current-URL", ""))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _split(address: str) -> SplitResult:
    """Take an address apart; what is none, as a bracket that nothing closes, has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _write_cart_cookie(response: Response) -> Response:
    cart_id: Any = g.get("new_cart")
    if cart_id:
        settings = config.current()
        response.set_cookie(
            settings.cookie("cart"), _signer(settings.secret_key).sign(cart_id).decode(),
            max_age=CART_COOKIE_SECONDS, httponly=True, secure=settings.is_secure, samesite="Lax",
        )  # fmt: skip
    return response


def _write_staff_cookies(response: Response) -> Response:
    settings = config.current()
    session_id, device = g.get("new_staff_session"), g.get("new_staff_device")
    flags: dict[str, Any] = {"httponly": True, "secure": settings.is_secure, "samesite": "Lax"}
    if session_id:
        response.set_cookie(settings.cookie("staff"), session_id, **flags)
    elif session_id == "":
        response.delete_cookie(settings.cookie("staff"), **flags)
    if device:
        response.set_cookie(settings.cookie("staff-device"), device, max_age=DEVICE_COOKIE_SECONDS, **flags)
    return response
