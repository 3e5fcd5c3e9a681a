"""A visitor without JavaScript: reads pages and posts their forms over plain HTTP, following no redirect."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from html import unescape

CARD = {"expiry": "12 / 30", "cvc": "123", "name": "Alice Nguyen", "country": "FR", "postcode": "69002"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


@dataclass(frozen=True)
class Page:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The visible words, without tags."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.html)))

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""

    @property
    def token(self) -> str:
        found = re.search(r'name="page_token" value="([^"]+)"', self.html)
        assert found, "the page has no form"
        return found[1]

    def addresses(self, ending: str) -> list[str]:
        """Targets of the forms and links whose path ends in this word."""
        found = re.findall(r'(?:action|href)="([^"]*)"', self.html)
        return [unescape(address) for address in found if address.endswith(f"/{ending}")]

    def value_of(self, name: str) -> str:
        found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', self.html)
        assert found, f"the page has no field {name}"
        return unescape(found[1])


class Visitor:
    """Opens addresses and sends forms as a browser would."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

    def open(self, address: str) -> Page:
        return self._send(urllib.request.Request(urllib.parse.urljoin(self._base_url, address)))

    def post(self, address: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        return self.send(address, urllib.parse.urlencode(fields).encode(), headers or {})

    def send(self, address: str, body: bytes, headers: dict[str, str]) -> Page:
        url = urllib.parse.urljoin(self._base_url, address)
        return self._send(urllib.request.Request(url, data=body, headers=headers))

    def submit(self, address: str, *, to: str | None = None, **fields: str) -> Page:
        """Load the page, then post its form, to another path of the same page if ``to`` names one."""
        token = self.open(address).token
        return self.post(to or address, {"page_token": token, **fields})

    def pay(self, address: str, *, number: str = "4242 4242 4242 4242", **fields: str) -> Page:
        """Fill a card form and send it."""
        return self.submit(address, **{**CARD, "number": number, **fields})

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Page(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Page(error.code, error.headers, error.read())
