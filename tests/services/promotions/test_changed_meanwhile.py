"""Promotions that staff change, limit or end at the moment in which an order takes a use or gives it back."""

from dataclasses import fields
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock, db
from app.errors import Conflict
from app.services import checkout, promotions
from app.services.promotions import Promotion, PromotionUse
from tests import make
from tests.turns import at_once, refusals

SEEDS = range(6)


def _counted(promotion: Promotion) -> tuple[int, int]:
    """How many uses the promotion has counted, and how many orders hold one."""
    held = select(func.count()).where(PromotionUse.promotion_id == promotion.id, PromotionUse.given_back_at.is_(None))
    with db.orders.reading() as session:
        uses = session.scalar(select(Promotion.uses).where(Promotion.id == promotion.id))
        return int(uses or 0), int(session.scalar(held) or 0)


def _buyer(code: str, number: int = 1) -> make.Buyer:
    who = make.buyer(make.variant(), email=f"buyer{number}@example.org")
    checkout.enter_coupon(who, code)
    return who


def _limit(promotion: Promotion, most: int) -> Promotion:
    """Have staff set a limit where none was."""
    values = {each.name: getattr(promotion, each.name) for each in fields(promotions.Terms)}
    terms = promotions.Terms(**values | {"total_limit": most})
    return promotions.change(promotion.id, terms, version=promotion.version, actor="test")


@pytest.mark.parametrize("seed", SEEDS)
def test_use_taken_while_a_limit_is_set_is_counted(app: Flask, seed: int) -> None:
    promotion = make.promotion(code="CODE")
    who = _buyer("CODE")

    at_once(app, seed, partial(make.place, who), partial(_limit, promotion, 5))

    uses, held = _counted(promotion)
    assert uses == held


@pytest.mark.parametrize("seed", SEEDS)
def test_use_given_back_while_a_limit_is_set_is_not_counted(app: Flask, seed: int) -> None:
    promotion = make.promotion(code="CODE")
    placed = [make.place(_buyer("CODE", number)) for number in range(2)]

    at_once(app, seed, partial(promotions.give_back, placed[0].order.id), partial(_limit, promotion, 5))

    assert _counted(promotion) == (1, 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_use_taken_again_while_a_limit_is_set_is_counted(app: Flask, seed: int) -> None:
    promotion = make.promotion(code="CODE")
    placed = make.place(_buyer("CODE"))
    make.expire(placed.order.id)

    at_once(app, seed, partial(promotions.take_again, placed.order.id), partial(_limit, promotion, 5))

    uses, held = _counted(promotion)
    assert uses == held


@pytest.mark.parametrize("seed", SEEDS)
def test_promotion_that_two_stop_at_once_is_stopped(app: Flask, seed: int) -> None:
    promotion = make.promotion(code="CODE")
    stop = partial(promotions.stop, promotion.id, version=promotion.version)

    outcomes = at_once(app, seed, partial(stop, actor="ada"), partial(stop, actor="ben"))

    assert refusals(outcomes) == []
    assert promotions.get_as_staff(promotion.id).stopped_at is not None


@pytest.mark.parametrize("end", ["stopped", "over"])
def test_promotion_that_ended_while_the_order_was_written_is_not_given(app: Flask, end: str) -> None:
    promotion = make.promotion(code="CODE", ends_on=clock.today())
    order, tomorrow = make.order(), clock.now() + timedelta(days=1)
    if end == "stopped":
        promotions.stop(promotion.id, version=promotion.version, actor="test")

    with (
        clock.at(tomorrow if end == "over" else clock.now()),
        pytest.raises(Conflict, match="used up or changed"),
        db.orders.transaction(),
    ):
        promotions.take(order.id, [promotion], email="ada@example.org")

    assert _counted(promotion) == (0, 0)
