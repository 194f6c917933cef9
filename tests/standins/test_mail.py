"""SendGrid: a mail is checked, kept, shown, and its fate told."""

from typing import Any

import httpx
import pytest
from python_http_client.exceptions import BadRequestsError, UnauthorizedError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from tests.companies import Companies
from tests.standins.conftest import Listener


def mail(to: str = "ada@example.com") -> Mail:
    return Mail("shop@example.com", to, "Your prints", "They are on their way.", "<h1>On their way</h1>")


def test_send_keeps_the_mail_and_shows_it(companies: Companies, mailer: SendGridAPIClient, web: httpx.Client) -> None:
    answer = mailer.send(mail())

    kept = companies.ledger()["mails"]
    inbox, page = web.get("/inbox"), web.get(f"/inbox/{kept[0]['id']}")
    frame = web.get(f"/inbox/{kept[0]['id']}/html")
    assert (answer.status_code, kept[0]["message_id"]) == (202, answer.headers["X-Message-Id"])
    assert (kept[0]["to"], kept[0]["subject"]) == ("ada@example.com", "Your prints")
    assert "Your prints" in inbox.text
    assert "They are on their way." in page.text
    assert 'sandbox="' in page.text
    assert frame.text.endswith("<h1>On their way</h1>")
    assert frame.headers["content-security-policy"].startswith("sandbox")


def test_send_keeps_duplicates(companies: Companies, mailer: SendGridAPIClient) -> None:
    for _ in range(2):
        mailer.send(mail())

    assert len(companies.ledger()["mails"]) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.email"),
        ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]}, "content"),
        ({"custom_args": {"number": 1}}, "custom_args.number"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_send_refuses_a_wrong_body(
    companies: Companies, mailer: SendGridAPIClient, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRequestsError) as refused:
        mailer.client.mail.send.post(request_body=mail().get() | change)

    assert field in [error["field"] for error in refused.value.to_dict["errors"]]
    assert companies.ledger()["mails"] == []


def test_send_refuses_a_wrong_key(companies: Companies) -> None:
    with pytest.raises(UnauthorizedError):
        SendGridAPIClient("SG.wrong", host=f"{companies.address}/sendgrid").send(mail())


@pytest.mark.parametrize(
    ("to", "events"),
    [
        ("bounce@example.com", ["processed", "bounce"]),
        ("drop@example.com", ["dropped"]),
        ("defer@example.com", ["processed", "deferred", "delivered"]),
    ],
)
def test_address_decides_the_fate(mailer: SendGridAPIClient, shop: Listener, to: str, events: list[str]) -> None:
    mailer.send(mail(to))

    told = shop.wait(1, "/webhooks/sendgrid")[0].body
    assert [event["event"] for event in told] == events


def test_lever_lets_a_mail_bounce_later(companies: Companies, mailer: SendGridAPIClient, shop: Listener) -> None:
    mailer.send(mail())

    companies.pull("mail", to="ada@example.com", event="bounce")

    told = [event["event"] for webhook in shop.wait(2, "/webhooks/sendgrid") for event in webhook.body]
    assert sorted(told) == ["bounce", "delivered", "processed"]
