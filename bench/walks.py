"""What people do in the shop: look at a page, search, put something in the cart, buy as a guest.

The one rule: a walk checks that it saw what it came for, so that an error page never counts as a quick answer.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

from bench.client import Answer, Astray, Request, Walk, address_of

_BROWSER = "Accept: text/html\r\nAccept-Encoding: gzip\r\nUser-Agent: bench\r\nSec-Fetch-Site: same-origin\r\n"
_PART = "HX-Request: true\r\nHX-Request-Type: partial\r\n"
_FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')
_SEEN = 500  # products and words that are asked for in turn

HELLO = "hello-world"
LONG_HELLO = "hello-world, a page long"
WITH_CART = " with a cart"
ANEW = ", made anew"
CARTS = 16  # that visitors with a cart have between them
PAGES = ("home", "collection", "product", f"home{WITH_CART}", f"product{WITH_CART}", f"home{ANEW}", f"collection{ANEW}")
PAGES += (f"product{ANEW}", "search", "add to cart", "guest checkout")

CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Ada Byron"}
ADDRESS = {
    "email": "ada@example.org", "name": "Ada Byron", "line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin",
    "country": "DE",
}  # fmt: skip


@dataclass(frozen=True)
class Goods:
    """What there is to ask for."""

    collections: list[str]
    products: list[str]
    words: list[str]
    variants: list[str]
    page_bytes: int = 0  # of the home page as a visitor with a cart gets it


def begin(page: str, origin: str, goods: Goods) -> Callable[[], Walk]:
    """Return the walk that measures a page (one of PAGES, or HELLO)."""
    match page:
        case "search":
            return _reading(page, origin, [f"/search?{urlencode({'q': word})}" for word in goods.words], b"</html>")
        case "add to cart":
            return _adding(page, origin, goods.variants)
        case "guest checkout":
            return _buying(origin, goods.products)
    paths, must_show = {
        HELLO: (["/"], b"Hello, world!"),
        LONG_HELLO: ([f"/bytes/{goods.page_bytes}"], b"Hello, world!"),
        "home": (["/"], b"</html>"),
        "collection": ([f"/collections/{slug}" for slug in goods.collections], b"product-grid"),
        "product": ([f"/products/{slug}" for slug in goods.products], b"product-choice"),
    }[page.removesuffix(WITH_CART).removesuffix(ANEW)]
    if page.endswith(WITH_CART):
        return _reading_with_cart(page, origin, paths, goods.variants)
    return _reading(page, origin, paths, must_show)


def _reading(name: str, origin: str, paths: list[str], must_show: bytes) -> Callable[[], Walk]:
    """Return the walk of a stranger who asks for one of `paths`."""
    some = random.sample(paths, min(len(paths), _SEEN))
    requests = [_get(name, origin, path) for path in some]

    seen: set[bytes] = set()  # bodies that were looked at, so that unpacking does not cost more than asking

    def walk() -> Walk:
        answer = yield random.choice(requests)
        if answer.body not in seen:
            if must_show not in answer.unpacked():
                raise Astray("another page")
            seen.add(answer.body)

    return walk


def _reading_with_cart(name: str, origin: str, paths: list[str], variants: list[str]) -> Callable[[], Walk]:
    """Return the walk of a visitor who has something in the cart already; the first few fill theirs first."""
    some, carts = random.sample(paths, min(len(paths), _SEEN)), list[str]()
    seen: set[bytes] = set()

    def walk() -> Walk:
        if len(carts) < CARTS:
            answer = yield _post("filling", origin, "/cart/lines", {"variant": variants[0], "quantity": "3"}, _PART)
            carts.append(f"Cookie: {answer.header('set-cookie').partition(';')[0]}\r\n")
        answer = yield _get(name, origin, random.choice(some), random.choice(carts))
        if answer.body not in seen:
            if b'<span class="header__count">3</span>' not in answer.unpacked():
                raise Astray("not the visitor's own page")
            seen.add(answer.body)

    return walk


def _adding(name: str, origin: str, variants: list[str]) -> Callable[[], Walk]:
    """Return the walk of somebody with htmx who puts one thing in a cart that did not exist before."""
    requests = [_post(name, origin, "/cart/lines", {"variant": id_, "quantity": "1"}, _PART) for id_ in variants]

    def walk() -> Walk:
        answer = yield random.choice(requests)
        if b"<hx-partial" not in answer.unpacked() or not answer.header("set-cookie"):
            raise Astray("no cart")

    return walk


def _buying(origin: str, slugs: list[str]) -> Callable[[], Walk]:
    """Return the walk of a guest without JavaScript from a product to the order page that says thanks."""

    def walk() -> Walk:
        guest = _Guest(origin)
        yield from guest.go("product", f"/products/{random.choice(slugs)}")
        yield from guest.submit("add to cart", "/cart/lines", "cart", {"quantity": "1"})
        yield from guest.go("address", "/checkout/address")
        yield from guest.submit("save address", "/checkout/address", "delivery", ADDRESS)
        yield from guest.submit("save delivery", "/checkout/delivery", "review", {"method": "standard"})
        order = {"terms": "yes", "method": "hosted"}
        yield from guest.submit("place", "/checkout/orders", "payment page (stand-in)", order)
        yield from guest.post("pay (stand-in)", guest.address, "settle and order page", CARD)
        if "Thank you" not in guest.page:
            raise Astray("an order page without thanks")
        yield from guest.go("order page again", guest.address.partition("?")[0])

    return walk


class _Guest:
    """A browser without JavaScript: keeps the shop's cookies, follows redirects, fills forms as the page has them."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._cookies: dict[str, str] = {}
        self.address = f"{origin}/"
        self.page = ""

    def go(self, name: str, address: str) -> Walk:
        """Load an address, and what it leads to."""
        self.address = urljoin(self.address, address)
        answer = yield _get(name, *_split(self.address), self._headers(), statuses=(200, 303))
        yield from self._follow(answer, name)

    def submit(self, name: str, action: str, then: str, values: dict[str, str]) -> Walk:
        """Send the form that leads to `action` with what it holds and `values`; `then` names the page it leads to."""
        found = next((form for form in _FORM.finditer(self.page) if unescape(form[1]).endswith(action)), None)
        if found is None:
            raise Astray(f"no form to {action}")
        yield from self.post(name, urljoin(self.address, action), then, _held(found[2]) | values)

    def post(self, name: str, address: str, then: str, values: dict[str, str]) -> Walk:
        """Send values, and look at the page that follows."""
        self.address = address
        answer = yield _post(name, *_split(address), values, self._headers(), statuses=(303,))
        yield from self._follow(answer, then)

    def _follow(self, answer: Answer, name: str) -> Walk:
        self._keep_cookies(answer)
        while answer.status == 303:
            self.address = urljoin(self.address, answer.header("location"))
            answer = yield _get(name, *_split(self.address), self._headers(), statuses=(200, 303))
            self._keep_cookies(answer)
        self.page = answer.unpacked().decode()

    def _headers(self) -> str:
        if not self._cookies or not self.address.startswith(self._origin):
            return ""
        return "Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()) + "\r\n"

    def _keep_cookies(self, answer: Answer) -> None:
        if cookie := answer.header("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value


def _held(form: str) -> dict[str, str]:
    """Return the hidden fields of a form."""
    fields = [dict(_ATTRIBUTE.findall(tag)) for tag in _FIELD.findall(form)]
    return {field["name"]: unescape(field.get("value", "")) for field in fields if field.get("type") == "hidden"}


def _split(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}", parts._replace(scheme="", netloc="").geturl()


def _get(name: str, origin: str, path: str, more: str = "", *, statuses: tuple[int, ...] = (200,)) -> Request:
    host = urlsplit(origin).netloc
    raw = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{_BROWSER}{more}\r\n".encode()
    return Request(name, address_of(origin), raw, statuses)


def _post(
    name: str, origin: str, path: str, values: dict[str, str], more: str = "", *, statuses: tuple[int, ...] = (200,)
) -> Request:
    body = urlencode(values).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(origin).netloc}\r\n{_BROWSER}{more}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Request(name, address_of(origin), head.encode() + body, statuses)
