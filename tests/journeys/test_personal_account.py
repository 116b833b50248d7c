"""The personal account in the browser: funds added by card, an order paid from them, one paid in part by card, and what
the account and the documents say of it. In English on a desk, in Russian on a phone."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from storefront.billing import links
from storefront.billing.documents import demo as document_demo
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document
from storefront.billing.models import Invoice, Payment, PaymentAttempt, Seller
from storefront.billing.services import ledger, part_payments
from storefront.billing.services.settlement import settle
from tests.account.test_accessibility import AXE, RUN_AXE, TOO_WIDE
from tests.billing.building import make_invoice
from tests.browser_login import log_in
from tests.factories import make_site
from tests.journeys.test_purchase import pay
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: Where the pictures of the pages go, if anywhere.
SHOTS = os.environ.get("SHOTS", "")
SIZES = {"wide": (1280, 800), "tablet": (820, 1180), "phone": (390, 844)}
#: The themes in which axe looks at each size.
FORMS = {"wide": ["light"], "tablet": [], "phone": ["dark"]}
CARD = "4242 4242 4242 4242"


@pytest.fixture
def site(stripe: Any, live_server: Any, settings: Any, customer: Any) -> str:
    """The address of the shop, whose seller issues documents."""
    make_site()
    settings.SITE_URL = live_server.url
    Seller.objects.create(
        name="Northbridge Software Ltd", address="1 Harbour Street\nExampleton EX1 2MP", country="GB",
        registration_number="00000042", email="billing@northbridge.example", is_default=True,
    )  # fmt: skip
    document_demo.load(customer, customer)
    return str(live_server.url)


def look_at(page: Page, name: str) -> None:
    """axe finds nothing, and nothing is wider than the screen; if wanted, pictures of every size in both themes."""
    for size, schemes in FORMS.items():
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(TOO_WIDE) == "", (name, size)
        for scheme in ("light", "dark") if SHOTS else schemes:
            show_in(page, scheme)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{scheme}.png", full_page=True)
        for scheme in schemes:
            show_in(page, scheme)
            page.evaluate(AXE)
            assert page.evaluate(RUN_AXE, [{"include": [["html"]]}, {}]) == [], (name, size, scheme)


def by_card(page: Page) -> PaymentAttempt:
    """Pay at the provider; the worker has looked, and the page that the buyer came back to knows."""
    pay(page, CARD)
    page.wait_for_url("**/pay/result/**")
    attempt = PaymentAttempt.objects.latest("pk")
    settle(attempt_id=attempt.pk)
    page.reload()
    expect(page.locator("#progress dl")).to_contain_text(re.compile("Payment received|Платёж получен"))
    return attempt


def logged_in(context: BrowserContext, site: str, customer: Any) -> Page:
    log_in(customer, context, site)
    return context.new_page()


def test_funds_are_added_and_orders_paid_with_them(new_context: Any, site: str, customer: Any) -> None:
    page = logged_in(new_context(), site, customer)
    page.goto(f"{site}/account/")
    page.locator("main").get_by_role("link", name="Add funds").first.click()
    look_at(page, "en-1-add")
    page.get_by_label("Amount").fill("120,00")
    page.get_by_label("Name", exact=True).fill("Ada Buyer")
    page.get_by_role("button", name="Go on to pay").click()
    expect(page.get_by_role("heading", name="Add funds")).to_be_visible()
    look_at(page, "en-2-pay")
    page.get_by_role("button", name="Pay", exact=True).click()
    by_card(page)
    expect(page.locator("main")).to_contain_text("The money is on your personal account")
    look_at(page, "en-3-added")

    whole, part = make_invoice(customer, "100.00"), make_invoice(customer, "60.00")
    page.goto(site + links.pay_path(whole))
    page.get_by_role("radio", name=re.compile("Personal account")).check(force=True)
    look_at(page, "en-4-whole")
    page.get_by_role("button", name="Pay order").click()
    expect(page.get_by_role("heading", name="Paid. Thank you")).to_be_visible()
    look_at(page, "en-5-whole-paid")

    page.goto(site + links.pay_path(part))
    page.get_by_label("Use €20.00 from my personal account and pay €40.00 this way").check()
    look_at(page, "en-6-part")
    page.get_by_role("button", name="Pay order").click()
    page.wait_for_url("**/c/pay/**")
    page.goto(site + links.pay_path(part))  # a second look: the part is reserved, and the charge still open
    expect(page.get_by_label("Use €20.00 from my personal account and pay €40.00 this way")).to_be_checked()
    look_at(page, "en-7-part-reserved")
    assert part_payments.reserved(part) == Decimal(20)
    page.get_by_role("button", name="Pay order").click()
    assert by_card(page).amount == Decimal(40)
    assert Invoice.objects.get(pk=part.pk).status == "paid" and ledger.balance_of(customer, "EUR") == 0
    issue_due()
    leaf_through(page, site, "en", whole)


def test_the_same_in_russian_on_a_phone(new_context: Any, site: str, customer: Any) -> None:
    page = logged_in(new_context(viewport={"width": 390, "height": 844}), site, customer)
    page.goto(f"{site}/ru/account/funds/")
    page.locator("input[name=amount]").fill("120")
    page.get_by_role("button", name="Перейти к оплате").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Пополн")
    look_at(page, "ru-2-pay")
    page.locator("#pay-order").click()
    by_card(page)
    look_at(page, "ru-3-added")

    whole, part = make_invoice(customer, "100.00"), make_invoice(customer, "60.00")
    page.goto(f"{site}/ru{links.pay_path(whole)}")
    page.locator("input[value=account]").check(force=True)
    look_at(page, "ru-4-whole")
    page.locator("#pay-order").click()
    expect(page.locator("#progress dl")).to_be_visible()
    page.goto(f"{site}/ru{links.pay_path(part)}")
    page.locator("#use-account").check()
    look_at(page, "ru-6-part")
    page.locator("#pay-order").click()
    assert by_card(page).amount == Decimal(40)
    assert {each.status for each in Invoice.objects.all()} == {"paid"} and ledger.balance_of(customer, "EUR") == 0
    issue_due()
    leaf_through(page, site, "ru", whole)


def leaf_through(page: Page, site: str, language: str, bought: Invoice) -> None:
    """Payments lead to expenses and back; the statement, and the sheets and documents of the advance payment."""
    root = site if language == "en" else f"{site}/ru"
    advance = Invoice.objects.get(kind="advance_payment")
    payment = Payment.objects.get(attempt__invoice=advance)
    page.goto(f"{root}/account/payments/")
    look_at(page, f"{language}-8-payments")
    page.locator("main tbody").get_by_role("link", name=bought.number).first.click()
    expect(page).to_have_url(re.compile(f"/account/expenses/.*{bought.number}"))
    look_at(page, f"{language}-9-expense")
    page.locator("main tbody").get_by_role("link", name=payment.number).first.click()
    expect(page).to_have_url(re.compile(f"/account/payments/.*{payment.number}"))
    for name, path in {
        "a-expenses": "expenses", "b-statement": "statement", "c-home": "", "d-invoices": "invoices",
        "e-advance": f"invoices/{advance.number}", "f-sheet": f"invoices/{advance.number}/print",
        "g-documents": "documents",
    }.items():  # fmt: skip
        page.goto(f"{root}/account/{path}/".replace("//", "/").replace(":/", "://"))
        look_at(page, f"{language}-{name}")
    kept = Document.objects.filter(invoice=advance)
    assert sorted(kept.values_list("kind", flat=True)) == ["advance_invoice", "receipt"]
    for document in kept:
        page.goto(f"{root}/account/documents/{document.public_id}/")
        look_at(page, f"{language}-h-{document.kind}")
        if SHOTS:
            (Path(SHOTS) / f"{language}-{document.kind}.pdf").write_bytes(document.pdf.read())
