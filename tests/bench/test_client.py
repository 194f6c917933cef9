"""The load must count what happened: a figure is worth nothing when errors pass for quick answers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.client import Astray, Request, Walk, drive


class Server(ThreadingHTTPServer):
    """Answers every path with 200 but /broken; /chunked in pieces; /rude closes the connection after the answer."""

    daemon_threads = True
    connections = 0

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(500 if self.path == "/broken" else 200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nall\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")
        self.close_connection = self.path == "/rude"

    def log_message(self, *_):
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def _walk_to(server: Server, path: str, must_show: bytes = b""):
    request = Request(path, server.server_address, f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())

    def walk() -> Walk:
        answer = yield request
        if must_show not in answer.body:
            raise Astray("another page")

    return walk


@pytest.mark.parametrize("path", ["/", "/chunked"])
def test_drive_counts_whole_answers_on_connections_kept_open(server: Server, path: str) -> None:
    walk = _walk_to(server, path)

    tally = drive(walk, visitors=3, seconds=0.2)

    assert not tally.failures
    assert len(tally.walks) == len(tally.times[path]) == tally.requests > 3
    assert server.connections == 3


def test_drive_counts_an_error_as_a_failure_and_not_as_a_walk(server: Server) -> None:
    walk = _walk_to(server, "/broken")

    tally = drive(walk, visitors=1, seconds=0.1)

    assert tally.walks == []
    assert tally.failures["/broken: 500"] == tally.requests > 0


def test_drive_counts_another_page_as_a_failure(server: Server) -> None:
    walk = _walk_to(server, "/", must_show=b"goodbye")

    tally = drive(walk, visitors=1, seconds=0.1)

    assert tally.walks == []
    assert tally.failures["/: another page"] == tally.requests > 0


def test_drive_connects_anew_when_the_server_closed(server: Server) -> None:
    walk = _walk_to(server, "/rude")

    tally = drive(walk, visitors=1, seconds=0.1)

    assert len(tally.walks) > 1
    assert server.connections >= len(tally.walks)
