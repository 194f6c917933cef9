"""What a browser loads from Stripe: the script, the Payment Element's frame, the end of 3-D Secure."""

from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_from_directory

scripts = Blueprint("stripe_scripts", __name__, url_prefix="/stripe")

_SCRIPTS = Path(__file__).parents[1] / "static" / "js"
# As strict as Stripe's own frames: nothing but this origin's files.
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
_WORDS = {
    "en": {
        "language": "en",
        "number": "Card number",
        "number_incomplete": "Your card number is incomplete.",
        "number_invalid": "Your card number is invalid.",
        "expiry": "Expiration date",
        "expiry_hint": "MM / YY",
        "expiry_incomplete": "Your card's expiration date is incomplete.",
        "expiry_invalid": "Your card's expiration date is invalid.",
        "expiry_past": "Your card's expiration date is in the past.",
        "cvc": "Security code",
        "cvc_incomplete": "Your card's security code is incomplete.",
        "cvc_invalid": "Your card's security code is invalid.",
    },
    "de": {
        "language": "de",
        "number": "Kartennummer",
        "number_incomplete": "Die Kartennummer ist unvollständig.",
        "number_invalid": "Die Kartennummer ist ungültig.",
        "expiry": "Ablaufdatum",
        "expiry_hint": "MM / JJ",
        "expiry_incomplete": "Das Ablaufdatum ist unvollständig.",
        "expiry_invalid": "Das Ablaufdatum ist ungültig.",
        "expiry_past": "Das Ablaufdatum liegt in der Vergangenheit.",
        "cvc": "Sicherheitscode",
        "cvc_incomplete": "Der Sicherheitscode ist unvollständig.",
        "cvc_invalid": "Der Sicherheitscode ist ungültig.",
    },
}


@scripts.get("/js/v3/")
def script() -> Response:
    """Give Stripe.js."""
    answer = send_from_directory(_SCRIPTS, "stripe.js", mimetype="text/javascript")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@scripts.get("/element")
def element() -> Response:
    """Give the frame that a card is typed into."""
    asked = request.args.get("locale", "auto")
    best = request.accept_languages.best_match(list(_WORDS), "en") if asked == "auto" else asked[:2]
    answer = Response(render_template("pay/element.html", words=_WORDS.get(best or "en", _WORDS["en"])))
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


@scripts.get("/3ds/<key>/done")
def done(key: str) -> Response:
    """End 3-D Secure in a frame of the shop's page."""
    answer = Response(render_template("pay/done.html"))
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer
