"""Who extends a license, or becomes the payer after the order, is asked as at the checkout whether it begins at once.

Directive 2011/83/EU, Articles 16 (m) and 8 (7).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from storefront.billing import links
from storefront.billing.models import EarlyStart, Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import early_starts, payers, replacing
from storefront.billing.services.settlement import settle
from storefront.licensing.links import extend_path
from storefront.licensing.models import License
from tests import purchases
from tests.checkout.building import TYPED, make_license

pytestmark = pytest.mark.django_db

PERSON = {"kind": "person", "company": "", "address": "", "city": "", "postcode": "", "vat_id": ""}
COMPANY = {"kind": "company", "company": "Client KG", "address": "Ring 1", "city": "Wien", "postcode": "1010"}
MESSAGE = "without it nothing may begin before the 14 days"


def box_on(html: str) -> str:
    """The box as it stands on a page; "" where it is not asked."""
    found = re.search(r'<input[^>]*name="early_start"[^>]*>', html)
    return found[0] if found else ""


@pytest.fixture
def license(shop: Any, customer: Any) -> License:
    return make_license(customer, shop.term("pro", 6))


def extended(client: Client, shop: Any, license: License, *, prefix: str = "", **fields: Any) -> Any:
    """Open the link, choose, accept the agreement, press 'Pay'."""
    path = prefix + extend_path(license)
    seal = re.search(r'name="shown" value="([^"]+)"', client.get(path).content.decode())
    form = {"shown": seal[1] if seal else "", "term": shop.term("pro", 6).pk, "payer": "holder"}
    return client.post(path, form | {f"agreement-{shop.agreement.pk}": "on"} | fields)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("logged_in", [True, False])
def test_the_holder_is_asked_unticked_and_nothing_is_ordered_without_it(
    client: Client, shop: Any, license: License, customer: Any, language: str, logged_in: bool
) -> None:
    payers.add(customer=customer, details=PayerDetails(kind="person", name="Ada", country="FR"))
    if logged_in:
        client.force_login(customer)
    prefix = "" if language == "en" else f"/{language}"
    html = client.get(prefix + extend_path(license)).content.decode()
    with translation.override(language):
        words = early_starts.text()
    assert words in html and box_on(html) and "checked" not in box_on(html)
    refused = extended(client, shop, license, prefix=prefix).content.decode()
    assert 'aria-invalid="true"' in box_on(refused) and 'href="#id_early_start"' in refused
    assert (MESSAGE in refused) == (language == "en") and not Invoice.objects.exists()
    assert extended(client, shop, license, prefix=prefix, early_start="on").status_code == 307
    kept = EarlyStart.objects.get()
    assert (kept.invoice, kept.text, kept.language) == (Invoice.objects.get(), words, language)
    assert kept.ip_address == "127.0.0.1"


@pytest.mark.parametrize(
    "payer",
    [
        PayerDetails(kind="person", name="Ada", country="CH"),
        PayerDetails(kind="company", company="Acme GmbH", country="DE", name="Ada"),
    ],
)
def test_companies_and_persons_elsewhere_extend_without_being_asked(
    client: Client, shop: Any, license: License, customer: Any, payer: PayerDetails
) -> None:
    payers.add(customer=customer, details=payer)
    client.force_login(customer)
    assert not box_on(client.get(extend_path(license)).content.decode())
    assert extended(client, shop, license).status_code == 307
    assert Invoice.objects.exists() and not EarlyStart.objects.exists()


def test_who_pays_for_the_holder_is_asked_as_who_they_are(
    client: Client, shop: Any, license: License, customer: Any
) -> None:
    payers.add(customer=customer, details=PayerDetails(kind="company", company="Acme GmbH", country="DE"))
    typed = TYPED | PERSON | {"payer": "other"}
    for fields, is_asked in (({"country": "DE"}, True), ({"country": "CH"}, False), (COMPANY, False)):
        html = client.post(extend_path(license), typed | fields | {"go": "fields"}).content.decode()
        assert bool(box_on(html)) == is_asked and "checked" not in box_on(html)
    control = re.search(r'<input[^>]*name="payer"[^>]*>', html)
    assert control and "#early-start" in control[0]
    refused = extended(client, shop, license, **typed).content.decode()
    assert MESSAGE in refused and refused.count('name="early_start"') == 1 and not Invoice.objects.exists()
    assert extended(client, shop, license, **typed, early_start="on").status_code == 302
    assert EarlyStart.objects.get().invoice == Invoice.objects.get()


def test_the_mails_of_an_extension_confirm_it(
    client: Client, shop: Any, license: License, customer: Any, stripe: Any, run_jobs: Any
) -> None:
    payers.add(customer=customer, details=PayerDetails(kind="person", name="Ada", country="FR"))
    client.force_login(customer)
    extended(client, shop, license, early_start="on")
    invoice = Invoice.objects.get()
    client.post(links.pay_path(invoice))
    attempt = invoice.attempts.get()
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    run_jobs()
    assert [early_starts.text() in letter.body for letter in mail.outbox].count(True) == 2


@pytest.fixture
def invoice(customer: Any, shop: Any) -> Invoice:
    """Of a company, ordered without being asked."""
    found = purchases.order(customer, shop)
    Invoice.objects.filter(pk=found.pk).update(payer=found.payer | COMPANY | {"country": "AT"})
    return Invoice.objects.get(pk=found.pk)


@pytest.mark.parametrize("before", [{}, PERSON | {"country": "CH"}])
def test_a_consumer_who_becomes_the_payer_is_asked_before_they_pay(
    client: Client, invoice: Invoice, stripe: Any, before: dict[str, str]
) -> None:
    Invoice.objects.update(payer=invoice.payer | before)
    assert not box_on(client.get(links.pay_path(invoice)).content.decode())
    client.post(links.payer_path(invoice), PERSON | {"name": "Ada Other", "country": "FR", "payer": "new"})
    new = Invoice.objects.latest("pk")
    assert new.replaces == invoice
    html = client.get(links.pay_path(new)).content.decode()
    assert early_starts.text() in html and "checked" not in box_on(html)
    refused = client.post(links.pay_path(new))
    assert refused.status_code == 422 and MESSAGE in refused.content.decode()
    assert not EarlyStart.objects.exists() and not new.attempts.exists()
    assert client.post(links.pay_path(new), {"early_start": "on"}).status_code == 303
    kept = EarlyStart.objects.get()
    assert (kept.invoice, kept.text, kept.language, kept.ip_address) == (new, early_starts.text(), "en", "127.0.0.1")
    assert not box_on(client.get(links.pay_path(new)).content.decode()) and new.attempts.exists()


def test_it_is_asked_whoever_changed_the_payer_and_only_of_consumers_in_the_eu(
    client: Client, invoice: Invoice
) -> None:
    for payer, is_asked in (
        (PERSON | {"name": "Ada", "country": "CH"}, False),
        (PERSON | {"name": "Ada", "country": "DE"}, True),
        (COMPANY | {"country": "DE"}, False),
    ):
        invoice = replacing.change_payer(invoice=invoice, payer=payer, is_told=False)
        assert bool(box_on(client.get(links.pay_path(invoice)).content.decode())) == is_asked


def test_what_was_asked_at_the_checkout_is_not_asked_again(client: Client, invoice: Invoice) -> None:
    early_starts.write(invoice=invoice, language="en", ip_address=None)
    payer = PERSON | {"name": "Ada", "country": "DE"}
    newer = replacing.change_payer(invoice=invoice, payer=payer, is_told=False)
    assert not box_on(client.get(links.pay_path(newer)).content.decode())
