"""What visitors of the shop do, without a browser: fill a cart, order, pay, log in."""

from __future__ import annotations

import re
from urllib.request import urlopen

from tests.bench.driver import Visitor


def addresses(port: int) -> list[str]:
    """The paths in the sitemap."""
    with urlopen(f"http://127.0.0.1:{port}/sitemap.xml") as answer:
        return re.findall(r"<loc>https?://[^/<]+([^<]+)", answer.read().decode())


def price_ids(page: str) -> list[str]:
    return re.findall(r'name="term" value="(\d+)"', page)


def products(visitor: Visitor) -> list[str]:
    """Paths of the product pages. Categories live beside them, and only a product has something to buy."""
    linked = sorted(set(re.findall(r'href="(/products/[a-z0-9-]+/)"', visitor.get("/products/"))))
    return [path for path in linked if price_ids(visitor.get(path))]


def categories(visitor: Visitor) -> list[str]:
    known = set(products(visitor))
    linked = sorted(set(re.findall(r'href="(/products/[a-z0-9-]+/)"', visitor.get("/products/"))))
    return [path for path in linked if path not in known]


def cart_of(port: int, lines: int) -> dict[str, str]:
    """Headers of a visitor whose cart holds ``lines`` different lines."""
    visitor = Visitor(port)
    added = 0
    for path in products(visitor):
        for price in price_ids(visitor.get(path)):
            if added == lines:
                break
            visitor.post("/basket/add/", term=price, quantity="1")
            added += 1
    if added != lines:
        raise RuntimeError(f"only {added} prices on sale")
    return visitor.headers


def customer(port: int, email: str, password: str) -> dict[str, str]:
    """Headers of a customer who is logged in."""
    visitor = Visitor(port)
    visitor.get("/account/login/")
    visitor.post("/account/login/", login=email, password=password)
    return visitor.headers


def order(visitor: Visitor, number: str, product: str, price: str) -> str:
    """One stranger's way from the product page to the pay page; returns its path."""
    visitor.get(product)
    visitor.post("/basket/add/", term=price, quantity="1")
    visitor.get("/basket/")
    page = visitor.get("/checkout/")
    boxes = {name: "on" for name in set(re.findall(r'name="(agreement-\d+)"', page))}
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    where = visitor.post(
        "/checkout/", name="Bench Buyer", kind="person", country="GB", phone="+442079460123",
        email=f"bench{number}@example.com", bitrix24_address=f"b24-{number}.bitrix24.com", **hidden, **boxes,
    )  # fmt: skip
    visitor.get(where)
    return where


def purchase(port: int, number: str, product: str, price: str) -> int:
    """And on to the provider's page; returns the requests it took."""
    visitor = Visitor(port)
    where = visitor.post(order(visitor, number, product, price))
    if "/c/pay/" not in where:
        raise RuntimeError(f"not the provider's page: {where}")
    return visitor.requests
