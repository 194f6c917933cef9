"""`fsck` beside a store that does not answer: what asks another one is looked at all the same."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from app import db
from app.services import health
from tests import make

ASK_THE_CATALOGUE = {"orders.goods", "catalog.stock", "catalog.pictures", "search.products", "search.collections"}


def test_a_store_that_does_not_answer_ends_the_checks_that_ask_it_alone(
    app: Flask, request: pytest.FixtureRequest
) -> None:
    make.order()
    with db.orders.engine.begin() as connection:
        connection.execute(text("UPDATE stock_levels SET reserved = reserved + 1"))
    request.getfixturevalue("catalog_down")

    found = {each.check.name: each for each in health.examine()}

    assert list(found) == [check.name for check in health.CHECKS]
    assert {name for name, each in found.items() if each.broken_off} == ASK_THE_CATALOGUE
    assert all(not found[name].is_well for name in ASK_THE_CATALOGUE)
    assert found["stock.reserved"].faults[0].subject.endswith("@main")


def test_the_command_fails_where_a_check_could_not_be_made(app: Flask, request: pytest.FixtureRequest) -> None:
    make.order()
    request.getfixturevalue("catalog_down")

    said = app.test_cli_runner().invoke(args=["shop", "fsck", "--only", "orders."])

    assert said.exit_code == 1
    assert re.search(r"BAD  orders\.goods .*\n +not looked at to the end", said.output)
    assert "ok   orders.credits" in said.output
    assert said.output.endswith("Error: 1 check could not be made to the end.\n")


def test_what_only_broke_off_is_not_said_to_be_mended(app: Flask, request: pytest.FixtureRequest) -> None:
    make.product()
    with db.orders.engine.begin() as connection:
        connection.execute(text("UPDATE stock_levels SET reserved = reserved + 1"))
    request.getfixturevalue("catalog_down")

    said = app.test_cli_runner().invoke(args=["shop", "fsck"])

    assert "--only stock.reserved` mends them" in said.output
    assert all(f"--only {name}`" not in said.output for name in ASK_THE_CATALOGUE)
    assert said.output.endswith("Error: 1 thing does not agree, and 5 checks could not be made to the end.\n")
