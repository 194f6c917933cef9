"""UPS: tokens, prices, labels that can be found again, parcels that move."""

import base64
import io
from types import SimpleNamespace

import httpx
import pytest
from PIL import Image

from standins import settings, store
from standins.ups import shipping
from tests.companies import Companies
from tests.standins.carrier import ADDRESS, Ups, label_recovery, shipment
from tests.standins.conftest import Listener


def test_ship_gives_a_tracking_number_and_a_label(companies: Companies, ups: Ups) -> None:
    results = ups.ship(shipment())["ShipmentResponse"]["ShipmentResults"]

    package = results["PackageResults"][0]
    label = Image.open(io.BytesIO(base64.b64decode(package["ShippingLabel"]["GraphicImage"])))
    assert package["TrackingNumber"].startswith("1ZA1B2C311")
    assert (label.format, label.size) == ("GIF", (1200, 800))
    assert results["ShipmentCharges"]["TotalCharges"] == {"CurrencyCode": "EUR", "MonetaryValue": "7.80"}
    assert [parcel["references"] for parcel in companies.ledger()["labels"]] == [["SHIP-1"]]


def test_no_two_parcels_have_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = iter(("1234567", "7654321"))
    monkeypatch.setattr(settings, "current", lambda: SimpleNamespace(ups_account="A1B2C3"))
    monkeypatch.setattr(store, "new_number", lambda _: next(digits))
    monkeypatch.setattr(store, "find", lambda _, number: {"id": number} if "1234567" in number else None)

    assert shipping._tracking_number("11").startswith("1ZA1B2C3117654321")


def test_ship_refuses_a_wrong_account_token_service_weight_and_format(ups: Ups, web: httpx.Client) -> None:
    wrong = {
        "account": shipment(Shipper={"Name": "Stoa", "ShipperNumber": "XXXXXX", "Address": ADDRESS}),
        "service": shipment(Service={"Code": "99"}),
        "weight": shipment(weight="71"),
        "format": shipment(form="PDF"),
    }

    answers = {name: ups.post("/api/shipments/v2409/ship", body) for name, body in wrong.items()}
    stranger = web.post("/ups/api/shipments/v2409/ship", json=shipment(), headers={"Authorization": "Bearer no"})

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(wrong, 400)
    assert answers["account"].json()["response"]["errors"][0]["code"] == "120120"
    assert (stranger.status_code, stranger.json()["response"]["errors"][0]["code"]) == (401, "250002")


def test_token_is_refused_for_a_wrong_secret(web: httpx.Client) -> None:
    answer = web.post("/ups/security/v1/oauth/token", data={"grant_type": "client_credentials"}, auth=("standin", "x"))

    assert answer.status_code == 401


def test_recovery_finds_a_label_by_reference_as_pdf(ups: Ups) -> None:
    number = ups.buy("SHIP-7")

    found = ups.post("/api/labels/v1/recovery", label_recovery("SHIP-7", "PDF")).json()["LabelRecoveryResponse"]
    missing = ups.post("/api/labels/v1/recovery", label_recovery("SHIP-8", "PDF"))

    assert found["ShipmentIdentificationNumber"] == number
    assert base64.b64decode(found["LabelResults"][0]["LabelImage"]["GraphicImage"]).startswith(b"%PDF")
    assert (missing.status_code, missing.json()["response"]["errors"][0]["code"]) == (400, "9801031")


def test_void_is_possible_once_and_not_after_the_pickup(companies: Companies, ups: Ups) -> None:
    number, picked_up = ups.buy(), ups.buy("SHIP-2")
    companies.pull("move", id=picked_up)

    first = ups.delete(f"/api/shipments/v2409/void/cancel/{number}")
    second = ups.delete(f"/api/shipments/v2409/void/cancel/{number}")
    late = ups.delete(f"/api/shipments/v2409/void/cancel/{picked_up}")

    assert [answer.status_code for answer in (first, second, late)] == [200, 400, 400]
    assert ups.post("/api/labels/v1/recovery", label_recovery("SHIP-1", "GIF")).status_code == 400


def test_shop_prices_every_service_and_far_costs_more(ups: Ups) -> None:
    near = shipment()["ShipmentRequest"]["Shipment"]
    far = near | {"ShipTo": {"Name": "Ben", "Address": ADDRESS | {"CountryCode": "US"}}}

    prices = [
        {
            rated["Service"]["Code"]: float(rated["TotalCharges"]["MonetaryValue"])
            for rated in ups.post("/api/rating/v2409/Shop", {"RateRequest": {"Request": {}, "Shipment": asked}}).json()[
                "RateResponse"
            ]["RatedShipment"]
        }
        for asked in (near, far)
    ]

    assert prices[0]["11"] == 7.80
    assert all(prices[1][code] > price for code, price in prices[0].items())


def test_move_tells_the_shop_and_the_tracking(companies: Companies, ups: Ups, shop: Listener) -> None:
    number = ups.buy()

    for _ in range(4):
        companies.pull("move", id=number)

    told = shop.wait(4, "/webhooks/ups")
    package = ups.get(f"/api/track/v1/details/{number}").json()["trackResponse"]["shipment"][0]["package"][0]
    by_reference = ups.get("/api/track/v1/reference/details/SHIP-1").json()["trackResponse"]["shipment"]
    assert {webhook.headers["credential"] for webhook in told} == {"ups_standin"}
    assert sorted(webhook.body["activityStatus"]["type"] for webhook in told) == ["D", "I", "I", "P"]
    assert package["currentStatus"]["code"] == "011"
    assert len(package["activity"]) == 5
    assert [one["inquiryNumber"] for one in by_reference] == [number]


def test_limit_answers_429(companies: Companies, ups: Ups) -> None:
    companies.pull("limit", company="ups", path="/api/track")

    answers = [ups.get("/api/track/v1/details/1Z").status_code for _ in range(2)]

    assert answers == [429, 200]
