"""A walk: things happen in an order drawn from a seed, some two at once, some only half, and time passes."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from flask import Flask

from app import clock
from app.errors import NotFound, ShopError
from tests.companies import Companies
from tests.turns import at_once
from tests.working import Killed, dying, free_jobs

T = TypeVar("T")


class Walk:
    """Its `story` is what happened so far. `acts` names methods and how often each is drawn; `meet` those that meet."""

    def __init__(
        self, app: Flask, companies: Companies, seed: int, acts: Mapping[str, int], meet: Sequence[str]
    ) -> None:
        self.app, self.companies, self.chance = app, companies, random.Random(seed)
        self.acts, self.meet = acts, meet
        self.passed, self.keys = timedelta(), 0
        self.story: list[str] = []

    def go(self, steps: int) -> None:
        """Let so many things happen, some two at once; in some the process is killed."""
        acts = [act for name, often in self.acts.items() for act in [getattr(self, name)] * often]
        for _ in range(steps):
            act, beside = self.chance.choice(acts), self.chance.choice(self.meet)
            if act.__name__ in self.meet and self.chance.random() < 0.3:
                self._do_at_once(act, getattr(self, beside))
            elif act.__name__ in self.meet and self.chance.random() < 0.2:
                self._do_and_die(act)
            else:
                self._do(act)

    def _do(self, act: Callable[[], str]) -> None:
        with self.now():
            try:
                said = act()
            except ShopError as refusal:
                said = f"refused: {refusal}"
        self.story.append(f"{act.__name__}: {said}")

    def _do_at_once(self, *acts: Callable[[], str]) -> None:
        with self.now():
            said = at_once(self.app, self.chance.randrange(10**6), *acts)
        self.story.append(f"at once {[act.__name__ for act in acts]}: {said}")

    def _do_and_die(self, act: Callable[[], str]) -> None:
        at = self.chance.choice((3, 6, 12, 24, 48)) + self.chance.randrange(12)
        with self.now():
            try:
                with dying(at):
                    said = act()
            except Killed:
                said = f"killed at {at}"
            except ShopError as refusal:
                said = f"refused: {refusal}"
            free_jobs()
        self.story.append(f"{act.__name__}: {said}")

    def one(self, found: Sequence[T]) -> T:
        """Choose one."""
        if not found:
            raise NotFound("There is nothing to do this with.")
        return self.chance.choice(found)

    def key(self) -> str:
        self.keys += 1
        return f"walk-{self.keys}"

    def go_ahead(self, passed: timedelta) -> None:
        """Have so much time passed, here and at Stripe."""
        self.passed = passed
        self.companies.pull("clock", seconds=int(passed.total_seconds()))

    @contextmanager
    def now(self) -> Iterator[None]:
        """Hold the clock where the walk has come to."""
        with clock.at(clock.now() + self.passed):
            yield
