"""Who looks at the pages: a visitor with something in his cart, and the demo's customer logged in."""

from __future__ import annotations

import re
from dataclasses import dataclass

import requests

CUSTOMER, PASSWORD = "customer@northbridge.example", "demo-password-2026"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TERM = re.compile(r'name="term" value="(\d+)"')
_LOC = re.compile(r"<loc>([^<]+)</loc>")


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it came: ``path`` is where redirects ended."""

    path: str
    status: int
    html: str
    is_html: bool


class Visitor:
    """A browser without a screen. Addresses are paths of the shop at ``origin``."""

    def __init__(self, origin: str) -> None:
        self.origin, self.session = origin, requests.Session()

    def get(self, path: str) -> Seen:
        return self._seen(self.session.get(self.origin + path, timeout=60))

    def post(self, path: str, page: str, **fields: str) -> Seen:
        """Post a form of ``page`` (its HTML), with its token."""
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError(f"no form on the page before {path}")
        fields["csrfmiddlewaretoken"] = found.group(1)
        headers = {"Referer": self.origin + path}
        return self._seen(self.session.post(self.origin + path, data=fields, headers=headers, timeout=60))

    def _seen(self, answer: requests.Response) -> Seen:
        answer.encoding = "utf-8"
        is_html = answer.headers.get("Content-Type", "").startswith("text/html")
        return Seen(answer.url.removeprefix(self.origin), answer.status_code, answer.text, is_html)

    def sitemap(self) -> list[str]:
        """Every address in the sitemap, as paths. Raises RuntimeError if there are suspiciously few."""
        found = [re.sub(r"^https?://[^/]+", "", address) for address in _LOC.findall(self.get("/sitemap.xml").html)]
        if len(found) < 10:
            raise RuntimeError(f"the sitemap names only {found}")
        return found

    def fill_cart(self) -> str:
        """Put the first product that is on sale into the cart; returns the path of its page."""
        for path in self.sitemap():
            page = self.get(path).html if path.startswith("/products/") else ""
            if terms := _TERM.findall(page):
                cart = self.post("/basket/add/", page, term=terms[0], quantity="1")
                if cart.path != "/basket/" or cart.status != requests.codes.ok:
                    raise RuntimeError(f"{path} cannot be bought: {cart.status} {cart.path}")
                return path
        raise RuntimeError("nothing is on sale")

    def log_in(self) -> None:
        """As the demo's customer. Raises RuntimeError if that fails."""
        self.post("/account/login/", self.get("/account/login/").html, login=CUSTOMER, password=PASSWORD)
        if self.get("/account/").path != "/account/":
            raise RuntimeError("log-in failed")

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())
