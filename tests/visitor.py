"""A browser without JavaScript: follows redirects, fills forms as the page has them, keeps cookies by host."""

from urllib.parse import urljoin

import httpx
from lxml import html

from tests.running import WITHOUT_TLS


class Visitor:
    """One person at one window. `page` is the document they look at, `status` its HTTP status, `address` where."""

    def __init__(self, shop: str) -> None:
        """Open a window; nothing is loaded yet."""
        self._client = httpx.Client(timeout=60, follow_redirects=False, trust_env=False, verify=WITHOUT_TLS)
        self.address = shop
        self.status = 0
        self.page = html.fromstring("<html></html>")

    def go(self, address: str) -> None:
        """Type or click an address."""
        self._load(self._client.build_request("GET", urljoin(self.address, address)))

    def submit(self, action: str, **values: str) -> None:
        """Send what the first form holds whose action, or one of its buttons', contains `action`; `values` over it."""
        ways = ((form, to) for form in self.page.forms for to in _targets(form))
        form, sent_to = next((way for way in ways if action in (way[1] or self.address)), (None, ""))
        assert form is not None, f"no form leads to {action} on {self.address}:\n{self.text}"
        fields = dict(form.form_values()) | values
        target = urljoin(self.address, sent_to or self.address)
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": self.address.split("/", 3)[0]}
        if form.get("method", "get").lower() == "get":
            self._load(self._client.build_request("GET", target, params=fields))
        else:
            self._load(self._client.build_request("POST", target, data=fields, headers=headers))

    @property
    def text(self) -> str:
        """What there is to read."""
        return " ".join(self.page.text_content().split())

    @property
    def title(self) -> str:
        """The page's title."""
        return str(self.page.findtext(".//title"))

    def close(self) -> None:
        """Close the window."""
        self._client.close()

    def _load(self, request: httpx.Request) -> None:
        answer = self._client.send(request)
        while answer.is_redirect:
            answer = self._client.get(urljoin(str(answer.url), answer.headers["Location"]))
        self.address, self.status = str(answer.url), answer.status_code
        self.page = html.fromstring(answer.text or "<html></html>")


def _targets(form: html.FormElement) -> list[str]:
    return [form.get("action", ""), *form.xpath(".//button/@formaction")]
