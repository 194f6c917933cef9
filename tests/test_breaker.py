"""The circuit breaker: who waits for a company that does not answer."""

import threading
from datetime import timedelta

import pytest

from app import clock
from app.breaker import Breaker
from app.errors import Conflict, Unavailable
from app.services.payments.provider import InUse

PAUSE = timedelta(seconds=20)


def broken() -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker("The bank", failures=2, pause=PAUSE, answers=(InUse,))
    for _ in range(2):
        with pytest.raises(Unavailable, match="hangs"):
            call(breaker)
    return breaker


def call(breaker: Breaker) -> None:
    with breaker.guard():
        raise Unavailable("It hangs.")


def test_after_the_pause_one_call_tries_and_the_others_do_not_wait() -> None:
    breaker, came, answers = broken(), [], threading.Event()
    gone = threading.Barrier(5)

    def try_it() -> None:
        try:
            with breaker.guard():
                came.append("through")
                gone.wait()
                answers.wait()
        except Unavailable:
            came.append("refused")
            gone.wait()

    with clock.at(clock.now() + PAUSE):
        threads = [threading.Thread(target=try_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        gone.wait(timeout=10)
        answers.set()
        for thread in threads:
            thread.join()

        assert sorted(came) == ["refused", "refused", "refused", "through"]
        with breaker.guard():
            came.append("closed")
    assert came[-1] == "closed"


def test_a_clock_that_is_set_back_keeps_nobody_away_for_longer() -> None:
    breaker, came = broken(), []

    with clock.at(clock.now() - timedelta(hours=1)), breaker.guard():
        came.append("through")

    assert came == ["through"]


def test_a_try_that_fails_keeps_it_open_for_another_pause() -> None:
    breaker = broken()

    with clock.at(clock.now() + PAUSE), pytest.raises(Unavailable, match="hangs"):
        call(breaker)

    with clock.at(clock.now() + PAUSE * 1.5), pytest.raises(Unavailable, match="does not answer"):
        call(breaker)


@pytest.mark.parametrize("answer", [Conflict("No."), InUse("In a few seconds.")], ids=["declined", "in use"])
def test_a_try_that_is_refused_lets_the_next_call_try_at_once(answer: Exception) -> None:
    breaker, later = broken(), clock.now() + PAUSE * 2

    with clock.at(later), pytest.raises(type(answer)), breaker.guard():
        raise answer

    with clock.at(later), breaker.guard():
        pass
