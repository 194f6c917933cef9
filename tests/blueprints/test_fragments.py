"""Pieces of pages that are made once for the same values."""

from dataclasses import dataclass

import pytest

PIECE = "{% call kept('piece', shown, level) %}<b>{{ shown.name }} {{ turn() }}</b>{% endcall %}"


@dataclass(frozen=True)
class Shown:
    name: str


@dataclass
class Example:
    name: str


@pytest.fixture
def made(app):
    """Make the piece of something; each making has the next number."""
    template, turns = app.jinja_env.from_string(PIECE), iter("12345")
    return lambda shown, level=1: template.render(shown=shown, level=level, turn=lambda: next(turns))


def test_piece_is_made_once_for_the_same_values(made):
    pieces = [made(Shown(name), level) for name, level in (("<a>", 1), ("<a>", 1), ("<a>", 2), ("b", 1))]

    assert pieces == ["<b>&lt;a&gt; 1</b>", "<b>&lt;a&gt; 1</b>", "<b>&lt;a&gt; 2</b>", "<b>b 3</b>"]


def test_piece_of_what_may_change_is_made_each_time(made):
    pieces = [made(Example("a")) for _ in range(2)]

    assert pieces == ["<b>a 1</b>", "<b>a 2</b>"]
