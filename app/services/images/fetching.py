"""Fetches a picture from another server, for imports. What comes back is judged like any upload."""

import ipaddress
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from app import db
from app.errors import Invalid
from app.services.images.checking import MAX_BYTES

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS, _ANSWER_SECONDS = 3, 10
_SECONDS = 60.0  # until a picture must be here
_REDIRECTS = 3
_NO_ADDRESS = "That is no address of a picture."


class Unreachable(Invalid):
    """The server of a picture does not answer; asking it for the next would not help."""


def fetch(address: str, *, allows_private: bool = False, deadline: float | None = None) -> bytes:
    """Return what lies at an http(s) address, or raise Invalid with the reason.

    A server that has not sent all of it by the `deadline`, a time of `time.monotonic()`, counts as unreachable.
    Servers of private networks are refused, each redirect anew, so that a file cannot have the shop ask its neighbours.
    Asked is the very address that was looked at, whatever the name stands for a moment later, and by no proxy.
    """
    import httpx  # noqa: PLC0415 - heavy, and only imports need it

    db.require_no_transaction()
    timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
    deadline = time.monotonic() + _SECONDS if deadline is None else deadline
    for _ in range(_REDIRECTS + 1):
        ip = _resolve(address, allows_private=allows_private)
        try:
            named = httpx.URL(address)
            with (
                httpx.Client(timeout=timeout, trust_env=False) as client,
                client.stream(
                    "GET", named.copy_with(host=ip), headers={"Host": named.netloc.decode()},
                    extensions={"sni_hostname": named.raw_host.decode()},
                ) as answer,
            ):  # fmt: skip
                if answer.is_redirect:
                    address = urljoin(address, answer.headers.get("Location", ""))
                    continue
                if not answer.is_success:
                    raise Invalid(f"Its server answered {answer.status_code}.")
                return _read(answer, deadline)
        except httpx.TransportError as error:
            raise Unreachable("Its server cannot be reached.") from error
        except httpx.DecodingError as error:
            raise Invalid("What its server sends cannot be unpacked.") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
            raise Invalid(_NO_ADDRESS) from error
    raise Invalid("Its server sends from one address to the next.")


def _read(answer: "httpx.Response", deadline: float) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        if time.monotonic() > deadline:
            raise Unreachable("Its server is too slow.")
        content += chunk
        if len(content) > MAX_BYTES:
            raise Invalid("It is larger than 20 MB.")
    return bytes(content)


def _resolve(address: str, *, allows_private: bool) -> str:
    """Return where its server is, or raise Invalid when that is in a private network."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Invalid(_NO_ADDRESS)
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable("Its server cannot be found.") from error
    except ValueError as error:  # brackets without an address, a port of letters, a name with two dots in a row
        raise Invalid(_NO_ADDRESS) from error
    if not allows_private and not all(ipaddress.ip_address(each[4][0]).is_global for each in found):
        raise Invalid("Its server is in a private network.")
    return str(found[0][4][0])
