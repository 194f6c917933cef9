"""Pictures for tests, drawn on the spot."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from PIL import Image


def picture_bytes(
    width: int = 64, height: int = 80, *, kind: str = "JPEG", mode: str = "RGB", **settings: object
) -> bytes:
    """Draw a picture with a bright left half, so that turning it shows."""
    picture = Image.new(mode, (width, height), "black")
    picture.paste("white", (0, 0, width // 2, height))
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return buffer.getvalue()


class _Drip(BaseHTTPRequestHandler):
    """Sends what it sends byte by byte."""

    def do_GET(self) -> None:  # the name that http.server asks for
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):  # nobody listens any more
            for _ in range(20):
                self.wfile.write(b"x")
                time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def slow_server() -> Iterator[str]:
    """A server that takes a second for twenty bytes; yields the address of what it calls a picture."""
    with HTTPServer(("127.0.0.1", 0), _Drip) as server:
        Thread(target=server.handle_request).start()
        yield f"http://127.0.0.1:{server.server_port}/slow.jpg"
