"""What stands on a UPS label: nothing of an address is cut off, and no parcel goes to a box. Asks no store."""

from typing import Any

import pytest

from app.errors import Invalid
from app.services import shipping
from app.services.shipping.ups_shipment import shipment_request

ADA: dict[str, Any] = {"name": "Ada Okafor", "lines": ["Torstraße 1"], "postal_code": "10119", "city": "Berlin"}


def receiver(**changes: Any) -> shipping.Party:
    return shipping.Party.receiver(ADA | {"country": "DE"} | changes)


def written(**changes: Any) -> dict[str, Any]:
    party = receiver(**changes)
    parcel = shipping.Parcel(
        reference="r", order_number="n", service="11", weight_grams=500, contents="Print", sender=receiver(),
        receiver=party,
    )  # fmt: skip
    to: dict[str, Any] = shipment_request(parcel, "A1")["ShipmentRequest"]["Shipment"]["ShipTo"]
    return to


def problems(**changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        shipping.check_receiver(receiver(**changes))
    return refused.value.fields


def test_a_long_name_goes_on_in_the_next_line() -> None:
    to = written(name="Maximiliane-Theodora von Donaudampfschifffahrt")

    assert f"{to['AttentionName']} {to['Name']}" == "Maximiliane-Theodora von Donaudampfschifffahrt"
    assert to["Address"]["AddressLine"] == ["Torstraße 1"]


def test_a_long_name_and_a_company_go_on_down_to_the_street() -> None:
    to = written(name="Maximiliane-Theodora von Donaudampfschifffahrt", company="Verein der Freunde")

    assert (to["AttentionName"], to["Name"]) == ("Maximiliane-Theodora von", "Donaudampfschifffahrt")
    assert to["Address"]["AddressLine"] == ["Verein der Freunde", "Torstraße 1"]


def test_a_short_name_stands_with_its_company() -> None:
    assert written(company="Stoa")["Name"] == "Stoa"
    assert written(company="Stoa")["AttentionName"] == written()["Name"] == written()["AttentionName"] == "Ada Okafor"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": ["Ein sehr langer Weg " * 5, "Haus " * 18]}, "line1"),
        ({"lines": ["Torstraße 1", "Im dritten Hinterhof links " * 4]}, "line2"),
        ({"name": "Maximiliane Theodora " * 8}, "name"),
        ({"company": "Verein der Freunde " * 8}, "company"),
        ({"city": "Llanfairpwllgwyngyllgogerychwyrndrobwll"}, "city"),
    ],
)
def test_what_does_not_stand_on_a_label_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert list(problems(**changes)) == [field]


@pytest.mark.parametrize(
    "line",
    [
        "Postfach 12 34", "Postfach", "Packstation 123", "DHL Packstation 123", "Postfiliale 501", "PO Box 5",
        "P.O. Box 5", "p o box 12", "Post Office Box 7", "Case postale 12", "Casella postale 3", "Boîte postale 9",
        "Postfach Nr. 7", "PO Box #12",
    ],
)  # fmt: skip
def test_a_box_is_refused_with_advice(line: str) -> None:
    assert "street and a house number" in problems(lines=[line])["line1"]


@pytest.mark.parametrize("line", ["BP 123", "B.P. 12", "CS 70001", "TSA 20123"])
def test_a_french_box_is_refused_in_france_alone(line: str) -> None:
    assert "line2" in problems(country="FR", lines=["3 rue de la Paix", line])
    shipping.check_receiver(receiver(lines=["3 rue de la Paix", line]))


@pytest.mark.parametrize(
    "line",
    [
        "Postfachgasse 3", "Packstationsweg 4", "Postfach-Straße 12", "Boxer Lane 5", "PO Box Lane 5", "Poststraße 9",
        "Am Postfach 3", "BPost Straat 1", "Cs. utca 3", "Private Bagot Street 4",
    ],
)  # fmt: skip
@pytest.mark.parametrize("country", ["DE", "FR"])
def test_a_street_is_no_box(line: str, country: str) -> None:
    shipping.check_receiver(receiver(country=country, lines=[line]))
