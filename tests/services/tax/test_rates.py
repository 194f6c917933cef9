"""Which rate holds where and when, and how the table is filled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.errors import Conflict, Invalid
from app.services import cart, catalog, checkout, orders, tax
from app.services.tax import Place
from tests import make
from tests.turns import at_once


def _percent(place: Place, tax_class: str = "standard") -> Decimal:
    return tax.rates(place).of(tax_class).percent


def test_narrowest_place_counts(app: Flask) -> None:
    make.tax_rate("US", "0")
    make.tax_rate("US", "7.25", region="CA")
    make.tax_rate("US", "8.625", postcode="941")

    assert _percent(Place("US", "NY", "10001")) == 0
    assert _percent(Place("US", "CA", "90001")) == Decimal("7.25")
    assert _percent(Place("US", "CA", "94110")) == Decimal("8.625")


@pytest.mark.parametrize("postal_code", ["BT1 1AA", "bt1-1aa", "BT11AA"])
def test_postcodes_are_compared_without_spaces_and_case(app: Flask, postal_code: str) -> None:
    make.tax_rate("GB", "20")
    make.tax_rate("GB", "5", postcode="bt")

    assert _percent(Place("GB", "", postal_code)) == 5


def test_class_without_a_rate_is_taxed_as_standard_and_zero_never(app: Flask) -> None:
    make.tax_rate("DE", "19")
    make.tax_rate("DE", "7", tax_class="reduced")

    assert [_percent(Place("DE"), each) for each in ("standard", "reduced", "super_reduced", "zero")] == [19, 7, 19, 0]


def test_country_without_any_rate_is_not_taxed_but_the_shops_own_is(app: Flask) -> None:
    assert (_percent(Place("US")), _percent(Place("DE"))) == (0, 19)


def test_rate_holds_from_its_day_on_in_store_time(app: Flask) -> None:
    make.tax_rate("DE", "19")
    tax.add(
        tax.Terms(country="DE", tax_class="standard", percent=Decimal(16), valid_from=date(2026, 7, 1)), actor="test"
    )
    midnight = datetime(2026, 6, 30, 22, tzinfo=UTC)  # Berlin is two hours ahead

    with clock.at(midnight - timedelta(seconds=1)):
        assert _percent(Place("DE")) == 19
    with clock.at(midnight):
        assert _percent(Place("DE")) == 16


def test_rate_changed_while_the_cart_is_open_needs_consent_where_tax_is_added(app: Flask, monkeypatch) -> None:
    settings = app.extensions["config"]
    monkeypatch.setitem(app.extensions, "config", replace(settings, prices_include_tax=False))
    make.tax_rate("DE", "19")
    buyer = make.buyer(make.variant(price=1000))
    offer = checkout.quote(buyer)
    [rate] = tax.list_as_staff()

    tax.set_percent(rate.id, Decimal(20), version=rate.version, actor="test")

    with pytest.raises(checkout.TotalChanged) as refusal:
        make.place(buyer, total_shown=offer.totals.total.amount)
    assert (offer.totals.total.amount, refusal.value.total.amount) == (1190 + 583, 1200 + 588)
    placed = make.place(buyer)
    tax.set_percent(rate.id, Decimal(25), version=rate.version + 1, actor="test")
    kept = orders.get_for_job(placed.order.id)
    assert (kept.total, kept.tax, kept.lines[0].tax_rate) == (1788, 298, Decimal(20))
    assert kept.breakdown.rates[0].rate == Decimal("20.000")


def test_goods_of_several_classes_are_taxed_each_at_its_own_rate(app: Flask) -> None:
    make.tax_rate("DE", "19")
    make.tax_rate("DE", "7", tax_class="reduced")
    book = make.product("Book", price=1000)
    catalog.save_product(replace(book, tax_class="reduced"))
    buyer = make.buyer(make.variant(price=3000))
    cart.add(buyer, book.variants[0].id, 1)

    order = make.place(buyer).order

    assert sorted((line.tax_rate, line.tax) for line in order.lines) == [(7, 65), (19, 479)]
    assert sum(each["tax"] for each in order.rates) == order.tax
    assert [each["rate"] for each in order.rates] == ["19.000", "7.000"]


def test_edit_by_two_refuses_the_second(app: Flask) -> None:
    make.tax_rate("DE", "19")
    [rate] = tax.list_as_staff()
    tax.set_percent(rate.id, Decimal(20), version=rate.version, actor="ada")

    with pytest.raises(Conflict, match="Somebody changed this rate"):
        tax.set_percent(rate.id, Decimal(21), version=rate.version, actor="ben")

    assert tax.get_as_staff(rate.id).percent == 20


def test_rate_that_is_so_already_is_not_changed(app: Flask) -> None:
    make.tax_rate("DE", "19")
    [rate] = tax.list_as_staff()

    tax.set_percent(rate.id, Decimal(19), version=rate.version, actor="ada")

    assert tax.get_as_staff(rate.id).version == rate.version


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"country": "Germany"}, "country"),
        ({"tax_class": "odd"}, "tax_class"),
        ({"percent": Decimal(20)}, "valid_from"),
    ],
)
def test_rate_that_cannot_be_is_refused_at_its_field(app: Flask, wrong: dict[str, Any], field: str) -> None:
    terms = {"country": "DE", "tax_class": "standard", "percent": Decimal(19), "valid_from": date(2020, 1, 1)}
    tax.add(tax.Terms(**terms), actor="test")

    with pytest.raises(Invalid) as refusal:
        tax.add(tax.Terms(**(terms | wrong)), actor="test")

    assert field in refusal.value.fields


def test_official_rates_fill_an_empty_table_once_and_bring_news_later(app: Flask) -> None:
    first = tax.take_official_rates(only_first=True)

    assert len({each.country for each in first}) == 27
    assert _percent(Place("DE")) == 19
    assert _percent(Place("DE"), "reduced") == 7
    assert _percent(Place("AT"), "reduced") == 20, "Austria has several reduced rates: a person must choose"
    assert tax.take_official_rates(only_first=True) == []
    assert tax.take_official_rates() == []

    [german] = [each for each in tax.list_as_staff(country="DE") if each.tax_class == "standard"]
    tax.set_percent(german.id, Decimal(16), version=german.version, actor="test")
    assert [(each.country, each.percent) for each in tax.take_official_rates()] == [("DE", Decimal("19.0"))]
    assert _percent(Place("DE")) == 19


def test_official_rates_leave_what_staff_set_for_today(app: Flask) -> None:
    make.tax_rate("DE", "16")
    [mine] = tax.list_as_staff(country="DE")
    [added] = [each for each in tax.take_official_rates() if (each.country, each.tax_class) == ("DE", "standard")]
    [today] = [each for each in tax.list_as_staff(country="DE") if each.valid_from == added.valid_from]

    tax.set_percent(today.id, mine.percent, version=today.version, actor="test")

    assert tax.take_official_rates() == []
    assert _percent(Place("DE")) == 16


@pytest.mark.parametrize("seed", [1, 2, 21, 47, 52])  # in the last three the rate is gone between two statements
def test_a_rate_that_is_added_again_while_somebody_removes_it_is_there_or_refused(app: Flask, seed: int) -> None:
    terms = tax.Terms(country="DE", tax_class="standard", percent=Decimal(19), valid_from=date(2026, 1, 1))
    rate = tax.add(terms, actor="staff:cleo")

    added, _ = at_once(
        app, seed, lambda: tax.add(terms, actor="staff:cleo"), lambda: tax.remove(rate.id, actor="staff:dora")
    )

    assert isinstance(added, Conflict | tax.TaxRate)
