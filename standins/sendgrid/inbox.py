"""The mailboxes of everybody the shop writes to."""

from flask import Blueprint, Response, abort, render_template, request

from standins import store

# A tab that a link opens is an ordinary one, so that the shop works in it.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"

pages = Blueprint("inbox", __name__, url_prefix="/inbox")


@pages.get("")
def show() -> str:
    """List the latest mails, to one address or to all."""
    address = request.args.get("to", "")
    condition = (f"{store.field('to')} = ?", address) if address else ()
    return render_template("inbox/show.html", mails=store.find_all("mail", *condition, limit=200), address=address)


@pages.get("/<key>")
def show_mail(key: str) -> str:
    """Show one mail: headers, HTML in a frame that can do nothing, text."""
    return render_template("inbox/mail.html", mail=store.find("mail", key) or abort(404), sandbox=SANDBOX)


@pages.get("/<key>/html")
def show_html(key: str) -> Response:
    """Give the HTML part alone, for the frame: its scripts never run, its links open in a tab of their own."""
    mail = store.find("mail", key) or abort(404)
    answer = Response('<base target="_blank">' + mail["content"].get("text/html", ""), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = f"sandbox {SANDBOX}"
    return answer
