"""What the shop and a carrier say to each other about a parcel, in the shop's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from app.money import Money


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who sends or receives a parcel, and where."""

    name: str
    company: str = ""
    lines: tuple[str, ...]
    city: str
    postal_code: str
    region: str
    country: str
    phone: str

    @classmethod
    def receiver(cls, address: Mapping[str, Any], *, phone: str = "") -> Self:
        """Return who receives a parcel at an address, in the copy that drafts and orders hold."""
        district = address.get("district") or ""
        return cls(
            name=address["name"],
            company=address.get("company") or "",
            lines=(*address["lines"], *([district] if district else [])),
            city=address.get("city") or "",
            postal_code=address.get("postal_code") or "",
            region=address.get("region") or "",
            country=address["country"],
            phone=address.get("phone") or phone,
        )


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What is to be sent. `reference` names the label at the carrier; `service` is the carrier's own code."""

    reference: str
    order_number: str
    service: str
    weight_grams: int
    contents: str
    sender: Party
    receiver: Party


@dataclass(frozen=True)
class Label:
    """A label that was bought: one page to print, and its price when the carrier said it."""

    tracking_number: str
    pdf: bytes
    cost: Money | None = None


@dataclass(frozen=True)
class Sighting:
    """One thing a carrier said about a parcel. `key` is the same however it was heard; `kind` is a state or `seen`."""

    key: str
    at: datetime
    kind: str
    text: str
    place: str
