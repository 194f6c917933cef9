"""The pages of words: terms, privacy, imprint, delivery. Also what the frame of every page says of the shop."""

from typing import Any

from flask import Blueprint, Response, url_for

from app import config
from app.blueprints._pages import page
from app.money import Money
from app.services import checkout, shipping

bp = Blueprint("content", __name__)

_FOOTER = (
    ("Delivery", "shipping_costs", None), ("Returns", "terms", "withdrawal"), ("Terms", "terms", None),
    ("Privacy", "privacy", None), ("Imprint", "imprint", None),
)  # fmt: skip


@bp.get("/terms")
def terms() -> Response:
    """Show the terms of sale, with the version that orders keep."""
    settings = config.current()
    return page(
        "content/terms.html", version=checkout.TERMS_VERSION, is_charged_on_shipping=settings.capture == "on_shipping",
        transfer_days=settings.transfer_days if settings.bank_iban else None,
    )  # fmt: skip


@bp.get("/privacy")
def privacy() -> Response:
    """Show what is kept about whom, and for how long."""
    return page("content/privacy.html")


@bp.get("/imprint")
def imprint() -> Response:
    """Show who runs the shop."""
    return page("content/imprint.html", shop=config.current())


@bp.get("/shipping")
def shipping_costs() -> Response:
    """Show where the shop delivers to and what a small parcel costs, its own country first."""
    settings = config.current()
    nothing = Money.zero(settings.currency)
    countries = sorted(checkout.countries(), key=lambda each: each[0] != settings.country)
    rates = [(name, shipping.options(code, 1, nothing)) for code, name in countries]
    return page("content/shipping.html", rates=rates)


@bp.app_context_processor
def describe_shop() -> dict[str, Any]:
    """Give every page the shop's name and the links at its foot."""
    settings = config.current()
    return {
        "shop_name": settings.name,
        "prices_include_tax": settings.prices_include_tax,
        "shop_email": settings.mail_from,
        "takes_transfers": bool(settings.bank_iban),
        "footer_links": [
            *({"name": name, "url": url_for(f"content.{view}", _anchor=place)} for name, view, place in _FOOTER),
            {"name": "Find your order", "url": url_for("orders.look_up")},
            {"name": settings.mail_from, "url": f"mailto:{settings.mail_from}"},
        ],
    }
