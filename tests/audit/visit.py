"""Who looks at the pages: a visitor with something in his cart, and the demo's customer logged in."""

from __future__ import annotations

import re

import requests

from cms.demo.people import CUSTOMER, PASSWORD

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TERM = re.compile(r'name="term" value="(\d+)"')
_LOC = re.compile(r"<loc>([^<]+)</loc>")


class Visitor:
    """A browser without a screen. Addresses are paths of the shop at ``origin``."""

    def __init__(self, origin: str) -> None:
        self.origin, self.session = origin, requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.origin + path, timeout=60)

    def post(self, path: str, page: str, **fields: str) -> requests.Response:
        """Post a form of ``page`` (its HTML), with its token."""
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError(f"no form on the page before {path}")
        fields["csrfmiddlewaretoken"] = found.group(1)
        headers = {"Referer": self.origin + path}
        return self.session.post(self.origin + path, data=fields, headers=headers, timeout=60)

    def sitemap(self) -> list[str]:
        """Every address in the sitemap, as paths."""
        return [re.sub(r"^https?://[^/]+", "", address) for address in _LOC.findall(self.get("/sitemap.xml").text)]

    def fill_cart(self) -> str:
        """Put the first product that is on sale into the cart; returns the path of its page."""
        for path in self.sitemap():
            page = self.get(path).text if path.startswith("/products/") else ""
            if terms := _TERM.findall(page):
                self.post("/basket/add/", page, term=terms[0], quantity="1")
                return path
        raise RuntimeError("nothing is on sale")

    def log_in(self) -> None:
        """As the demo's customer. Raises RuntimeError if that fails."""
        page = self.get("/account/login/").text
        self.post("/account/login/", page, login=CUSTOMER, password=PASSWORD)
        if self.get("/account/").status_code != requests.codes.ok or "/login/" in self.get("/account/").url:
            raise RuntimeError("log-in failed")

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())
