from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.core import references
from tests import purchases


@pytest.fixture(autouse=True)
def short_timeouts(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def own(client: Client, customer: Any) -> Client:
    """The customer's own browser, logged in."""
    client.force_login(customer)
    return client


@pytest.fixture
def stranger(make_customer: Any) -> Client:
    """Another customer's browser, logged in."""
    other = Client()
    other.force_login(make_customer("stranger@example.com", name="Sam Stranger"))
    return other


@pytest.fixture
def invoice(customer: Any, shop: Any) -> Any:
    """An unpaid invoice of 96.00 EUR."""
    return purchases.order(customer, shop)


@pytest.fixture
def license(customer: Any, shop: Any, stripe: Any) -> Any:
    """A paid license of twelve months that waits for acme.bitrix24.com."""
    purchases.pay(purchases.order(customer, shop), stripe)
    return customer.licenses.get()


@pytest.fixture
def consent(customer: Any, shop: Any, invoice: Any) -> Any:
    """What the customer accepted with the order of ``invoice``, and his details."""
    from catalogue.plans.models import AgreementVersion
    from checkout.models import Consent, PurchaseDetails

    text = "<h2>1. Subject</h2><p>The text as it was then.</p>"
    number = AgreementVersion.objects.filter(agreement=shop.agreement).count() + 1
    version = AgreementVersion.objects.create(
        agreement=shop.agreement,
        number=number,
        name=shop.agreement.name,
        body=text,
        sha256=AgreementVersion.digest(text),
    )
    PurchaseDetails.objects.create(
        order=invoice.order, name="Ada Buyer", company="Acme GmbH", phone="+49 30 5550100", email=customer.email,
        portal_address="acme.bitrix24.com", fingerprint=references.public_id(),
    )  # fmt: skip
    return Consent.objects.create(
        order=invoice.order, customer=customer, version=version, name=version.name, number=version.number, text=text,
        sha256=version.sha256, language="en", ip_address="203.0.113.7",
    )  # fmt: skip
