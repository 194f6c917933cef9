"""Buyers without JavaScript, who press the button again when nothing comes, as people do.

The one rule: a buyer knows what they paid and where they were thanked, whatever the shop remembers.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from bench.client import Answer
from bench.walks import ADDRESS, CARD

_PATIENCE = 45.0  # seconds for an answer
_TRIES = 25
COUPON = "HAVOC"
_WITH_COUPON, _WITH_CARD = 0.1, 0.1  # how many have one
_GIVES_A_CARD, _BY_TRANSFER = 0.06, 0.08  # how many buy a gift card, and how many pay by transfer
_FORM = re.compile(r'<form\b[^>]*\baction="[^"]*/checkout/orders"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')
DECLINED = CARD | {"number": "4000 0000 0000 0002"}
# How they behave, and how many of a hundred do.
MANNERS = {"plain": 46, "twice": 12, "again": 8, "leaves": 14, "changes": 6, "declined": 5, "abandons": 5, "returns": 4}


@dataclass
class Crowd:
    """What all of them did."""

    started: int = 0
    ended: Counter[str] = field(default_factory=Counter)  # by how it went
    paid: set[str] = field(default_factory=set)  # payment pages where their money was taken
    thanked: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class GaveUp(Exception):
    """Nothing helped: the buyer goes away."""


class Buyer:
    """One person who buys one thing."""

    def __init__(self, number: int, origin: str, goods: dict[str, Any], chance: random.Random, crowd: Crowd) -> None:
        self._number, self._origin = number, origin
        self._variants, self._cards = [each["variant"] for each in goods["variants"]], goods["cards"]
        self._chance, self._crowd = chance, crowd
        self._gift = goods["gift"] if chance.random() < _GIVES_A_CARD else ""
        self._method = "transfer" if chance.random() < _BY_TRANSFER else "hosted"
        self._cookies: dict[str, str] = {}

    async def buy(self) -> None:
        """Go through with it, or not."""
        self._crowd.started += 1
        manner = self._chance.choices(list(MANNERS), list(MANNERS.values()))[0]
        try:
            page = await self._order(twice=manner == "twice")
            if page and manner == "changes":
                await self._press("/cart/lines", {"variant": self._chance.choice(self._variants), "quantity": "1"})
                page = await self._order(twice=False, has_cart=True)
            if page is None:
                self._crowd.ended["sold out or changed"] += 1
            elif manner == "abandons":
                self._crowd.ended["abandoned"] += 1
            else:
                await self._pay(page, manner)
        except GaveUp as why:
            self._crowd.ended[f"gave up: {why}"] += 1

    async def _order(self, *, twice: bool, has_cart: bool = False) -> str | None:
        """Fill the cart, go to the last page, press the button; return the address of the payment page."""
        if not has_cart:
            quantity = str(self._chance.choice([1, 1, 1, 2]))
            wanted = {"variant": self._gift or self._chance.choice(self._variants), "quantity": quantity}
            answer = await self._press("/cart/lines", wanted)
            if answer.status in {404, 409, 422}:
                return None
        await self._press("/checkout/address", ADDRESS | {"email": f"buyer{self._number}@example.org"})
        if has_cart or not self._gift:
            await self._press("/checkout/delivery", {"method": "standard"})
        await self._save(has_cart=has_cart)
        for _ in range(_TRIES):
            review = await self._press("/checkout/payment")
            if review.status == 303:  # nothing is left in the cart, or a step is missing
                return None
            form = _FORM.search(review.unpacked().decode())
            if form is None:
                return None
            order = _held(form[1]) | {"terms": "yes", "method": self._method}
            presses = [self._press("/checkout/orders", order) for _ in range(2 if twice else 1)]
            answer = (await asyncio.gather(*presses))[0]
            where = urljoin(self._origin, answer.header("location"))
            if answer.status == 303 and "/stripe/pay/" in where:
                return where
            if answer.status == 303 and "/orders/" in where:
                return where
            self._crowd.refused[str(answer.status)] += 1
            if answer.status == 409 and b"sold out" in answer.unpacked().lower():
                return None
            await asyncio.sleep(self._chance.uniform(0.2, 1.0))
        raise GaveUp("ordering")

    async def _save(self, *, has_cart: bool) -> None:
        """Enter a coupon or a gift card, of which others have the same: it may be refused now or later."""
        if has_cart:
            return
        way = self._chance.random()
        if way < _WITH_COUPON:
            await self._press("/checkout/codes", {"coupon": COUPON})
        elif way < _WITH_COUPON + _WITH_CARD:
            await self._press("/checkout/codes", {"gift_card": self._chance.choice(self._cards)})

    async def _pay(self, page: str, manner: str) -> None:
        if "/stripe/pay/" not in page:
            self._crowd.ended["had paid" if self._method == "hosted" else "pays by transfer"] += 1
            return
        if manner == "declined":
            await self._press(page, DECLINED)
        paid = await self._press(page, CARD, enough=lambda answer: answer.status in {303, 410})
        back = paid.header("location")
        if paid.status != 303 or "/orders/" not in back:
            self._crowd.ended["payment page was over"] += 1
            return
        self._crowd.paid.add(urlsplit(page).path.rpartition("/")[2])
        if manner == "leaves":
            self._crowd.ended["paid and left"] += 1
            return
        for _ in range(3 if manner == "again" else 1):
            thanks = await self._press(back)
        self._crowd.thanked += b"Thank you" in thanks.unpacked()
        if manner == "returns":
            await self._press("/checkout/payment")
        self._crowd.ended["paid"] += 1

    async def _press(
        self, address: str, form: dict[str, str] | None = None, *, enough: Callable[[Answer], bool] | None = None
    ) -> Answer:
        """Ask, and ask again while there is no answer or a 5xx; raise GaveUp when nothing comes of it."""
        address = urljoin(self._origin, address)
        why = "no answer"
        for attempt in range(_TRIES):
            try:
                answer = await asyncio.wait_for(self._ask(address, form), _PATIENCE)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
                why = "no answer"
            else:
                if answer.status < 500 and (enough is None or enough(answer)):
                    return answer
                why = str(answer.status)
            self._crowd.refused[why] += 1
            await asyncio.sleep(min(0.2 * 1.5**attempt, 3.0))
        raise GaveUp(f"{urlsplit(address).path.rpartition('/')[0] or '/'} {why}")

    async def _ask(self, address: str, form: dict[str, str] | None) -> Answer:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        body = urlencode(form).encode() if form is not None else b""
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        head = [f"{'POST' if form is not None else 'GET'} {path} HTTP/1.1", f"Host: {parts.netloc}",
                "Accept: text/html", "Sec-Fetch-Site: same-origin", "Connection: close",
                f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"]  # fmt: skip
        if cookie and address.startswith(self._origin):
            head.append(f"Cookie: {cookie}")
        reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            await writer.drain()
            answer = _parse(await reader.read(-1))
        finally:
            writer.close()
        for line in answer.head.split(b"\r\n"):
            key, _, value = line.partition(b":")
            if key.lower() == b"set-cookie" and address.startswith(self._origin):
                name, _, content = value.decode().strip().partition(";")[0].partition("=")
                self._cookies[name] = content
        return answer


def _parse(received: bytes) -> Answer:
    """Read a whole answer; ValueError for half of one."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        raise ValueError("half an answer")
    answer = Answer(int(head[9:12]), head, body)
    length = answer.header("content-length")
    if length and len(body) < int(length):
        raise ValueError("half a page")
    return answer


def _held(form: str) -> dict[str, str]:
    """Return the hidden fields of a form."""
    fields = [dict(_ATTRIBUTE.findall(tag)) for tag in _FIELD.findall(form)]
    return {each["name"]: unescape(each.get("value", "")) for each in fields if each.get("type") == "hidden"}
