"""A small threaded HTTP/1.1 server for one WSGI application.

Werkzeug's own closes the connection after every answer; here connections stay open, and an answer leaves in one
write, which keeps a call well under a millisecond. It can also drop a connection, which no WSGI server lets one ask.
"""

import io
import socketserver
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

DROP = "standins.drop"  # an application sets this in the environ to have the connection closed without an answer


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback and gives every connection a thread."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    application: WSGIApplication

    def __init__(self, port: int) -> None:
        """Bind the port; `serve_forever` begins to answer, with the `application` it was given."""
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client went away; show anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Turns one request into a WSGI call and its answer into one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 120
    server: Server

    def __getattr__(self, name: str) -> Any:
        """Answer every method the same way."""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def answer(self) -> None:
        """Call the application and send what it says."""
        length = int(self.headers.get("Content-Length") or 0)
        environ = self._environ(io.BytesIO(self.rfile.read(length) if length else b""))
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None, /) -> Callable[[bytes], object]:
            started[:] = status, headers
            return self.wfile.write

        chunks = self.server.application(environ, start)
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        if environ.get(DROP):
            self.close_connection = True
            return
        status, headers = started
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        named = set()
        for name, value in headers:
            self.send_header(name, value)
            named.add(name.lower())
        if "content-length" not in named and int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _environ(self, body: io.BytesIO) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command, "SCRIPT_NAME": "", "QUERY_STRING": query,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "RAW_URI": self.path,
            "SERVER_NAME": host, "SERVER_PORT": str(port), "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0], "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""), "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http", "wsgi.input": body, "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def log_message(self, *_: Any) -> None:
        """Say nothing: the desk shows what happened."""
