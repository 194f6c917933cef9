"""The gallery of components: every part of the look in every state, on one page."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired

from app.blueprints._forms import Form
from app.errors import Conflict, Forbidden, Invalid, NotFound, ShopError, TooOften, Unavailable
from app.money import Money
from app.services import catalog, pricing

bp = Blueprint("dev", __name__, url_prefix="/dev")

# Ground, ink and shape of the drawings that stand for pictures here.
_INKS = (
    ("#e8dfd0", "#1d3b6f"),
    ("#d9e3dc", "#b3402a"),
    ("#20232b", "#d8b45a"),
    ("#efe6e1", "#2f5d50"),
    ("#cfd8e6", "#51306b"),
    ("#f1ead7", "#111111"),
)
_FACETS = [
    {
        "title": "Paper",
        "first": [
            {"value": f"Paper:{name}", "label": name, "count": 12 - place, "is_chosen": place == 1}
            for place, name in enumerate(("Matte 200 g", "Cotton rag 310 g"))
        ],
        "rest": [{"value": "Paper:Rag", "label": "Rag", "count": 1, "is_chosen": False}],
        "is_cut": True,
    }
]
_LINES = [{"position": place, "title": f"Drift No. {place}", "options_label": "A3"} for place in (1, 2)]
_CELLS = tuple((colour, n % 3, n // 3) for n, colour in enumerate("bcd cde dcb a97 c63 ba8 543 654 432".split()))
_FRAMES = {"checkout": "checkout/base.html", "admin": "admin/base.html"}
_AGAIN = datetime(2026, 3, 3, 18, 15, tzinfo=UTC)
_ERRORS: dict[int, ShopError] = {
    403: Forbidden("Your role may not refund. Ask an owner to give it to you."),
    404: NotFound(),
    409: Conflict("“Drift No. 3” has just sold out. It is still in your cart; remove it to go on."),
    422: Invalid("This link is not complete. Please use the one from your mail."),
    429: TooOften("That was tried too often in a short time. Your order and your cart are kept.", again_at=_AGAIN),
    503: Unavailable("The payment company does not answer. Nothing was charged."),
}


@dataclass(frozen=True)
class Picture:
    """A picture as templates read it."""

    url: str
    width: int
    height: int
    alt: str
    colour: str
    focus: str = ""
    cells: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True)
class Product:
    """A product as a card reads it."""

    title: str
    picture: Picture | None
    price: Money
    was: Money | None = None
    line: str = ""
    url: str = "#"
    is_from: bool = False
    is_sold_out: bool = False
    is_new: bool = False
    unit_price: catalog.UnitPrice | None = None


class Sample(Form):
    """One field of each kind."""

    email = StringField(
        "Email", [InputRequired("Enter your email address."), Email("Enter an address like ada@example.com.")]
    )
    name = StringField("Name", [InputRequired("Enter your name.")])
    company = StringField("Company")
    postcode = StringField("Postcode", [InputRequired("Enter the postcode.")], description="Five digits")
    country = SelectField("Country", [InputRequired()], choices={"DE": "Germany", "FR": "France"})
    delivery = RadioField(
        "Delivery", [InputRequired()], choices={"standard": "Standard, 2 to 4 days", "express": "Express, tomorrow"}
    )
    note = TextAreaField("Note to us")
    terms = BooleanField("I have read the terms", [InputRequired("Tick the box to go on.")])


@bp.get("/ui")
def ui() -> str:
    """Show every component; `?frame=checkout` or `admin` in the frames of those rooms."""
    frame = _FRAMES.get(request.args.get("frame", ""), "base.html")
    return render_template("dev/ui.html", frame=frame, **_samples())


@bp.get("/ui/error/<int:status>")
def error(status: int) -> tuple[str, int]:
    """Show the error page of one status."""
    if status not in _ERRORS:
        raise NotFound
    return render_template("errors/error.html", error=_ERRORS[status], status=status), status


@bp.get("/ui/picture/<int:number>.svg")
def picture(number: int) -> Response:
    """Draw something that stands for a picture."""
    ground, ink = _INKS[number % len(_INKS)]
    width, height = _size(number)
    rings = "".join(
        f'<circle cx="{width * 0.5}" cy="{height * 0.42}" r="{radius}"/>'
        for radius in range(20, width // 2 - 20, 9 + number)
    )
    body = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<path fill="{ground}" d="M0 0h{width}v{height}H0z"/><g fill="none" stroke="{ink}" stroke-width="3">'
        f"{rings}</g></svg>"
    )
    return Response(body, mimetype="image/svg+xml")


def _samples() -> dict[str, Any]:
    typed = {"refused-email": "ada@", "refused-country": "FR", "refused-delivery": "express", "refused-name": "Ada"}
    refused = Sample(MultiDict(typed), prefix="refused-")
    refused.validate()
    names = (
        "Drift No. 3",
        "Contour, Harz",
        "Nacht",
        "Harmonograph 12",
        "Tiling with a long name that wraps over lines",
        "Postcards",
    )
    products = [
        Product(name, _picture(place), Money(2400 + 1100 * place, "EUR"), is_from=place % 2 == 0, line="Giclée print")
        for place, name in enumerate(names)
    ]
    products[1] = Product("Contour, Harz", _picture(1), Money(3500, "EUR"), was=Money(4900, "EUR"), line="Risograph")
    products[2] = Product("Nacht", _picture(2), Money(4600, "EUR"), line="Giclée print", is_sold_out=True)
    products[3] = Product("Harmonograph 12", _picture(3), Money(5700, "EUR"), line="Giclée print", is_new=True)
    products.append(Product("Without a picture", None, Money(900, "EUR")))
    euro = Money(900, "EUR")
    return {
        "form": Sample(),
        "refused": refused,
        "products": products,
        "pictures": [_picture(place) for place in range(4)],
        "totals": _breakdown(Money(490, "EUR")),
        "open_totals": _breakdown(None),
        "events": [
            {
                "what": "On its way",
                "when": datetime(2026, 3, 4, 9, 12, tzinfo=UTC),
                "note": "UPS 1Z 999 AA1 01 2345 6784",
            },
            {
                "what": "Payment declined",
                "when": datetime(2026, 3, 3, 18, 2, tzinfo=UTC),
                "kind": "bad",
                "note": "The bank said no.",
            },
            {"what": "Ordered", "when": datetime(2026, 3, 3, 18, 0, tzinfo=UTC)},
        ],
        "euro": euro,
        "unit_price": catalog.UnitPrice(Money(1200, "EUR"), "l"),
        "net_totals": _breakdown(Money(490, "EUR"), prices_include_tax=False),
        "wide": replace(_picture(4), focus=" picture--x0 picture--y50"),
        "coming": replace(_picture(4), url="/dev/ui/picture/none", cells=_CELLS),
        "facets": _FACETS,
        "order": {"lines": _LINES},
        "due_days": [date(2020, 12, 20), date(2050, 12, 20)],
        "credit": _credit(euro),
        "about": {"url": "/dev/ui", "title": "Components", "kind": "website", "description": "All of the look."},
        "cart_count": lambda: 3,
        "staff": {"name": "Cleo"},
        "nav_collections": lambda: [
            {"name": name, "url": f"#{name}"}
            for name in ("Flow fields", "Contours", "Voronoi", "Moiré", "Harmonographs", "Tilings", "Paper goods")
        ],
        "nav_current": "#Contours",
        "footer_links": [{"name": name, "url": "#"} for name in ("Delivery", "Returns", "Terms", "Privacy", "Imprint")],
    }


def _credit(euro: Money) -> dict[str, Any]:
    """Return what two pieces, delivery and a reduction come to, as given back."""
    return {
        "pieces": [{"quantity": 2, "position": 1, "paid": euro * 2}], "delivery": 490,
        "delivery_paid": Money(490, "EUR"), "adjustment_paid": Money(100, "EUR"),
        "paid": Money(2390, "EUR"), "tax": Money(382, "EUR"),
    }  # fmt: skip


def _breakdown(delivery: Money | None, *, prices_include_tax: bool = True) -> pricing.Breakdown:
    """Return what a cart with a tenth off adds up to."""
    lines = [pricing.Line(Money(8400, "EUR"), 1, Decimal(19))]
    tenth = pricing.Reduction(kind=pricing.Kind.PERCENT, percent=Decimal(10))
    totals = pricing.totals(lines, delivery or Money.zero("EUR"), [tenth], prices_include_tax=prices_include_tax)
    return pricing.break_down(totals, ["Ten for friends"], has_delivery=delivery is not None)


def _picture(number: int) -> Picture:
    width, height = _size(number)
    return Picture(
        f"/dev/ui/picture/{number}.svg", width, height, "Rings of ink on paper", _INKS[number % len(_INKS)][0]
    )


def _size(number: int) -> tuple[int, int]:
    return ((600, 800), (600, 800), (700, 700), (560, 840), (800, 600), (600, 800))[number % 6]
