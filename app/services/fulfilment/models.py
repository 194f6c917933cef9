"""The tables of fulfilment: parcels, what is in them, the labels bought for them, and where they were seen."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import OrdersModel
from app.services import shipping
from app.services.fulfilment.states import ShipmentState


class Shipment(OrdersModel):
    """One parcel of an order. `number` counts them within the order; `problem` is for staff."""

    __tablename__ = "shipments"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        Index("ix_shipments_polled_at_open", "polled_at", postgresql_where=text("moves_on")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    carrier: Mapped[str]
    service_code: Mapped[str]  # the carrier's own
    state: Mapped[str] = mapped_column(index=True)
    # Whether the carrier has it and it may still move: what the clock asks about.
    moves_on: Mapped[bool] = mapped_column(default=False)
    tracking_number: Mapped[str | None] = mapped_column(index=True)  # the carrier gives it again after some time
    label_key: Mapped[str | None]
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    label_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]

    lines: Mapped[list["ShipmentLine"]] = relationship(order_by="ShipmentLine.position", lazy="selectin")
    # Only pages show them, so only `shipments_of()` reads them.
    events: Mapped[list["ShipmentEvent"]] = relationship(
        order_by=lambda: [ShipmentEvent.at, ShipmentEvent.id], lazy="raise"
    )

    @property
    def way(self) -> Sequence["ShipmentEvent"]:
        """What the carrier said of the way that it is on now: one that was sent again left the first way behind."""
        back = [event.at for event in self.events if event.kind == ShipmentState.RETURNED]
        if not back or self.state == ShipmentState.RETURNED:
            return self.events
        return [event for event in self.events if event.at > back[-1]]

    @property
    def service(self) -> str:
        """What the carrier calls this kind of delivery."""
        return shipping.SERVICES.get(self.service_code, "")

    @property
    def tracking_url(self) -> str | None:
        """Where the carrier shows the parcel; None without a number or for a carrier nobody knows."""
        if not self.tracking_number or self.carrier != "UPS":
            return None
        return f"https://www.ups.com/track?tracknum={quote(self.tracking_number.replace(' ', ''))}"


class ShipmentLine(OrdersModel):
    """How many of an order's line are in the parcel."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "position"], ["order_lines.order_id", "order_lines.position"]),
        Index("ix_shipment_lines_order_id_position", "order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    shipment_id: Mapped[str] = mapped_column(ForeignKey("shipments.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str]
    quantity: Mapped[int]


class LabelAttempt(OrdersModel):
    """One label that is wanted. Its id is our reference at the carrier; `asked_at` is committed before each call."""

    __tablename__ = "label_attempts"
    __table_args__ = (
        Index(
            "uq_label_attempts_shipment_id_live",
            "shipment_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'bought')"),
        ),
        Index("ix_label_attempts_shipment_id", "shipment_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    shipment_id: Mapped[str] = mapped_column(ForeignKey("shipments.id"))
    state: Mapped[str]  # open, bought, refused, void
    calls: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    tracking_number: Mapped[str | None]
    cost: Mapped[int | None]
    currency: Mapped[str | None]


class ShipmentEvent(OrdersModel):
    """One thing the carrier said about a parcel, kept once however it came: pushed or asked for."""

    __tablename__ = "shipment_events"
    __table_args__ = (UniqueConstraint("shipment_id", "key"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    shipment_id: Mapped[str] = mapped_column(ForeignKey("shipments.id"))
    key: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    text: Mapped[str]
    place: Mapped[str]
    received_at: Mapped[datetime]
