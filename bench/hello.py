"""The yardstick: the least a Flask application can do, and the same with as many bytes as a page of the shop has."""

from functools import lru_cache

from flask import Flask, Response

app = Flask(__name__, static_folder=None)


@app.get("/")
def hello() -> str:
    """Greet."""
    return "Hello, world!"


@app.get("/bytes/<int:size>")
def hello_in(size: int) -> Response:
    """Greet in so many bytes."""
    return Response(_long_greeting(size), mimetype="text/html")


@lru_cache(maxsize=8)
def _long_greeting(size: int) -> bytes:
    return b"Hello, world!".ljust(size)
