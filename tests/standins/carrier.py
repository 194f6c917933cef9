"""A thin client of UPS, and the shipments it sends."""

from typing import Any

import httpx

ADDRESS = {"AddressLine": ["Weg 1"], "City": "Berlin", "PostalCode": "10115", "CountryCode": "DE"}


def shipment(reference: str = "SHIP-1", *, weight: str = "1.2", form: str = "GIF", **more: Any) -> dict[str, Any]:
    """A shipment of one parcel from Berlin to Ada."""
    package = {"Packaging": {"Code": "02"}, "PackageWeight": {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": weight}}
    parties = {
        "Shipper": {"Name": "Stoa", "ShipperNumber": "A1B2C3", "Address": ADDRESS},
        "ShipTo": {"Name": "Ada Lovelace", "Address": ADDRESS | {"City": "Köln", "PostalCode": "50667"}},
    }
    asked = parties | {
        "PaymentInformation": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}}]},
        "Service": {"Code": "11"},
        "ReferenceNumber": [{"Value": reference}],
        "Package": [package],
    }
    request = {"RequestOption": "nonvalidate", "TransactionReference": {"CustomerContext": reference}}
    label = {"LabelImageFormat": {"Code": form}, "LabelStockSize": {"Height": "6", "Width": "4"}}
    return {"ShipmentRequest": {"Request": request, "Shipment": asked | more, "LabelSpecification": label}}


def label_recovery(reference: str, form: str) -> dict[str, Any]:
    """The question whether a label was bought for a reference."""
    return {
        "LabelRecoveryRequest": {
            "Request": {},
            "LabelSpecification": {"LabelImageFormat": {"Code": form}},
            "ReferenceValues": {"ReferenceNumber": {"Value": reference}, "ShipperNumber": "A1B2C3"},
        }
    }


class Ups:
    """A client with a token."""

    def __init__(self, web: httpx.Client) -> None:
        self.web = web
        token = web.post(
            "/ups/security/v1/oauth/token", data={"grant_type": "client_credentials"}, auth=("standin", "standin")
        )
        self.headers = {
            "Authorization": f"Bearer {token.json()['access_token']}",
            "transId": "1",
            "transactionSrc": "stoa",
        }

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.web.post(f"/ups{path}", json=body, headers=self.headers)

    def get(self, path: str) -> httpx.Response:
        return self.web.get(f"/ups{path}", headers=self.headers)

    def delete(self, path: str) -> httpx.Response:
        return self.web.delete(f"/ups{path}", headers=self.headers)

    def ship(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.post("/api/shipments/v2409/ship", body)
        assert answer.status_code == 200, answer.text
        shipped: dict[str, Any] = answer.json()
        return shipped

    def buy(self, reference: str = "SHIP-1") -> str:
        shipped = self.ship(shipment(reference))
        number: str = shipped["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
        return number
