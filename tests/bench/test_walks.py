"""A guest's browser: what a form holds goes along, and nothing else."""

import pytest

from bench.client import Answer, Astray
from bench.walks import _Guest

PAGE = """
<form action="/search" method="get"><input type="hidden" name="wrong" value="1"></form>
<form method="post" action="/checkout/orders">
  <input type="hidden" name="total" value="2900"><input value="a &amp; b" name="terms_version" type="hidden">
  <input type="checkbox" name="terms" value="yes"><input name="typed" value="no">
</form>
"""


def test_submit_sends_the_hidden_fields_of_its_form_with_the_values_and_the_cookie() -> None:
    guest = _Guest("http://127.0.0.1:1")
    walk = guest.go("page", "/checkout/payment")
    next(walk)
    with pytest.raises(StopIteration):
        walk.send(Answer(200, b"HTTP/1.1 200 OK\r\nSet-Cookie: cart=c1; Path=/", PAGE.encode()))

    request = next(guest.submit("place", "/checkout/orders", "payment", {"terms": "yes"}))

    head, _, body = request.raw.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /checkout/orders HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")
    assert b"\r\nCookie: cart=c1" in head
    assert body == b"total=2900&terms_version=a+%26+b&terms=yes"


def test_submit_goes_astray_when_the_page_has_no_such_form() -> None:
    guest = _Guest("http://127.0.0.1:1")

    with pytest.raises(Astray):
        next(guest.submit("place", "/checkout/orders", "payment", {}))
