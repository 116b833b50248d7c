"""A product with two license types, and paid invoices for it without the shop around them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from tests.recorded import built

_numbers = count(1)


def make_product(slug: str = "yeastar", *, app_code: str = "yeastar-s", binding_kind: str = "portal") -> Any:
    """A software product with the license types ``standard`` (10.00 a month) and ``pro`` (25.00)."""
    from catalogue.models import Product, ProductClass
    from catalogue.plans.models import Plan, SoftwareProduct

    kind, _ = ProductClass.objects.get_or_create(name="Software license", defaults={"requires_shipping": False})
    parent = Product.objects.create(structure=Product.PARENT, title=f"Module {slug}", slug=slug, product_class=kind)
    software = SoftwareProduct.objects.create(
        product=parent,
        binding_kind=binding_kind,
        bitrix24_app_code=app_code,
        market_url=f"https://www.bitrix24.com/apps/{slug}/",
    )
    for code, price in (("standard", "10.00"), ("pro", "25.00")):
        Plan.objects.create(software=software, code=code, name=code.title(), monthly_price=Decimal(price))
    return software


def make_invoice(customer: Any, software: Any, **terms: Any) -> Any:
    """An invoice with one line; ``terms``: plan, months, quantity, portal, extends (a license), change, amount."""
    from storefront.billing.models import Invoice, InvoiceLine
    from storefront.core import clock
    from storefront.core.license_terms import LicenseTerms

    plan = software.plans.get(code=terms.get("plan", "standard"))
    months, quantity, extends = terms.get("months", 12), terms.get("quantity", 1), terms.get("extends")
    amount = terms.get("amount", plan.monthly_price * months * quantity)
    invoice = Invoice.objects.create(
        number=f"T-{next(_numbers):06}", customer=customer, currency="EUR", amount=amount or 1, net=amount or 1, tax=0,
        content_hash="0" * 64, hash_version=2, due_at=clock.now(),
    )  # fmt: skip
    InvoiceLine.objects.create(
        invoice=invoice, position=1, description=str(software), quantity=quantity, list_amount=amount, net=amount,
        tax=0, tax_rate=0, amount=amount,
        license_terms=LicenseTerms(
            software_id=software.pk, product_title=software.product.title, plan_id=plan.pk, plan_code=plan.code,
            plan_name=plan.name, months=months, binding_kind=software.binding_kind,
            bitrix24_app_code=software.bitrix24_app_code, portal_address=terms.get("portal", ""),
            extends_license=extends if isinstance(extends, str) else extends.public_id if extends else "",
            change=terms.get("change", ""), starts_at_payment=terms.get("starts_at_payment", False),
            prices={length: plan.monthly_price * length for length in (1, 3, 6, 12)},
        ),
    )  # fmt: skip
    return invoice


def paid(invoice: Any) -> list[Any]:
    """Say that an invoice is paid, as billing does when it settles; returns its licenses."""
    from storefront.billing.signals import invoice_paid
    from storefront.licensing.queries import licenses_for_invoice

    type(invoice).objects.filter(pk=invoice.pk).update(status="paid")
    with transaction.atomic():
        invoice_paid.send(sender=type(invoice), invoice=invoice, payment=None)
    return licenses_for_invoice(invoice)


def refunded(invoice: Any) -> None:
    from storefront.billing.signals import invoice_refunded

    type(invoice).objects.filter(pk=invoice.pk).update(status="refunded")
    with transaction.atomic():
        invoice_refunded.send(sender=type(invoice), invoice=invoice, payment=None)


def disputed(invoice: Any, is_disputed: bool = True) -> None:
    from storefront.billing.signals import payment_disputed

    with transaction.atomic():
        payment_disputed.send(sender=type(invoice), invoice=invoice, payment=None, is_disputed=is_disputed)


@pytest.fixture
def product(db: None) -> Any:
    return built(make_product)


@pytest.fixture
def buy(product: Any, customer: Any) -> Callable[..., Any]:
    """Buy and pay for one line; returns the first license (fresh from the database)."""

    def do(**terms: Any) -> Any:
        return paid(make_invoice(terms.pop("customer", customer), terms.pop("software", product), **terms))[0]

    return do


class Portals:
    """The stand-in's portals as their people use them: what a browser posts, what the event queue delivers."""

    def __init__(self, stand_in: Any, client: Any) -> None:
        self.stand_in = stand_in
        self.client = client
        self.events: list[tuple[bytes, int]] = []

    def host(self, portal: str = "acme") -> str:
        return self.stand_in.portal(portal).host

    def launch(self, portal: str = "acme", app: str = "yeastar-s", user: int | None = None, **options: Any) -> Any:
        return self.stand_in.issue_token(portal, app, user, **options)

    def open(self, portal: str = "acme", app: str = "yeastar-s", user: int | None = None, **options: Any) -> Any:
        """Somebody opens the app; by default an administrator."""
        return self.post(self.launch(portal, app, user, **options))

    def post(self, launch: Any, **changes: Any) -> Any:
        """Post a launch; ``changes`` replace fields of its form, or leave them out (None)."""
        form = {key: value for key, value in (launch.form | changes).items() if value is not None}
        return self.client.post(launch.url.removeprefix("http://testserver"), form)

    def deliver(self) -> list[int]:
        """Bring the events that the vendor's queue holds to the shop; returns its answers."""
        self.stand_in.events.wait()
        waiting, self.events[:] = list(self.events), []
        return [self.replay(body) for body, _ in waiting]

    def replay(self, body: bytes, path: str = "/bitrix24/events/") -> int:
        return self.client.post(path, body, content_type="application/x-www-form-urlencoded").status_code

    def calls(self, path: str) -> int:
        return sum(path in request["path"] for request in self.stand_in.requests)


@pytest.fixture
def portals(db: None, bitrix24: Any, client: Any) -> Any:
    """Portals ``acme`` and ``globex``; events are caught on their way and brought to the shop by ``deliver``."""
    from storefront.sandbox.server import Request, Response, StandIn

    people = Portals(bitrix24, client)

    def catch(request: Request) -> Response:
        people.events.append((request.body, 0))
        return Response(b"")

    with StandIn() as queue:
        queue.route("POST", "/events", catch)
        for app in bitrix24.world.apps.values():
            app.events_url = f"{queue.base_url}/events"
        yield people


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No name leads anywhere but those of this machine; the names that were looked up."""
    names: list[str] = []
    look_up = socket.getaddrinfo

    def nowhere(host: Any, *rest: Any, **options: Any) -> Any:
        if host in ("127.0.0.1", "localhost", "::1"):
            return look_up(host, *rest, **options)
        names.append(str(host))
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    return names
