"""How often a cart may be changed, and by whom."""

import pytest

from app.blueprints._limits import limiter
from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def tide(app):
    return make.variant(price=2900, stock=5)


def test_same_limits_hold_for_everybody_but_this_machine(client, tide):
    far_away = {"REMOTE_ADDR": "203.0.113.7"}

    answers = [client.post("/cart/lines", data={"variant": "x"}, environ_base=far_away) for _ in range(121)]
    here = client.post("/cart/lines", data={"variant": tide.id})

    assert [answer.status_code for answer in answers[:120]] == [404] * 120
    assert answers[-1].status_code == 429
    assert "Please wait a minute" in answers[-1].text
    assert here.status_code == 303


def test_addresses_of_one_subscriber_share_their_limit(client):
    answers = [
        client.post("/cart/lines", data={"variant": "x"}, environ_base={"REMOTE_ADDR": f"2001:db8:7::{number:x}"})
        for number in range(1, 122)
    ]
    neighbour = client.post("/cart/lines", data={"variant": "x"}, environ_base={"REMOTE_ADDR": "2001:db8:7:1::1"})

    assert [answer.status_code for answer in answers] == [404] * 120 + [429]
    assert neighbour.status_code == 404


@pytest.fixture
def silent_redis(app, monkeypatch):
    """A Redis that does not answer the limits. They are one object of this process: afterwards they are as before."""

    def fail(*_args, **_kwargs):
        raise ConnectionError("nobody listens")

    monkeypatch.setattr(limiter.limiter, "hit", fail)
    monkeypatch.setattr(limiter, "_storage_dead", False)
    yield
    limiter._fallback_storage.reset()


@pytest.mark.usefixtures("silent_redis")
def test_limits_refuse_nobody_without_redis(client, tide):
    answer = client.post("/cart/lines", data={"variant": tide.id}, environ_base={"REMOTE_ADDR": "203.0.113.8"})

    assert answer.status_code == 303


@pytest.mark.usefixtures("silent_redis")
def test_limits_count_in_the_process_without_redis(client):
    far_away = {"REMOTE_ADDR": "203.0.113.8"}

    answers = [client.post("/cart/lines", data={"variant": "x"}, environ_base=far_away) for _ in range(121)]

    assert [answer.status_code for answer in answers] == [404] * 120 + [429]
