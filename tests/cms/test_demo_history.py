"""Where the demo is refused; the past of its customer and two months of trade, made by the shop's own services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher
from wagtail.models import Locale

from checkout.models import CheckoutReminder
from cms.demo import people
from cms.demo.content import Content
from cms.demo.translations import TextsDoNotMatch, record_translation
from cms.models import HomePage
from cms.statistics import report
from storefront.backoffice.models import StaffNote
from storefront.billing.models import Invoice, Payer, ReconciledDay, Refund, ReviewItem
from storefront.billing.personal_account import balances, movements
from storefront.billing.states import InvoiceKind
from storefront.billing.transfers.models import AwaitedTransfer
from storefront.core import audit, clock
from storefront.inbox.models import InboundEvent
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User


def demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Order, Invoice, License))


def test_shop_with_products_of_its_own_is_left_alone(shop: Any) -> None:
    before = everything()
    assert "products of its own" in demo()
    assert everything() == before


def test_texts_that_do_not_match_are_refused(wagtail_site: Any) -> None:
    home = HomePage.objects.get()
    other = HomePage(title="Главная", slug="home", headline="")
    with pytest.raises(TextsDoNotMatch, match="headline"):
        record_translation(home, other, Locale.objects.create(language_code="ru"))


def test_field_that_a_block_does_not_have_is_refused(wagtail_site: Any) -> None:
    with pytest.raises(ValueError, match="txet"):
        Content().fill(HomePage.objects.get(), {"content": [{"type": "quotes", "txet": "Hello"}]}, "en", "home")


@pytest.mark.django_db(transaction=True)
def test_history_is_made_once_by_the_shops_own_services(
    wagtail_site: Any, stripe: Any, bitrix24: Any, settings: Any
) -> None:
    settings.SANDBOX_STRIPE, settings.SANDBOX_BITRIX24 = settings.STRIPE_API_BASE, bitrix24.base_url
    assert "no history" not in demo()
    own = Order.objects.filter(user__email=people.CUSTOMER).order_by("date_placed")
    assert list(own.values_list("status", flat=True)) == ["Paid", "Paid", "Paid", "Paid", "New"]
    licenses = list(License.objects.filter(customer__email=people.CUSTOMER).order_by("valid_until"))
    assert [each.status for each in licenses] == ["active", "pending", "active"]
    assert all(each.portal_address == bitrix24.portal("acme").host for each in licenses if each.status == "active")
    assert_buyer_payer_and_holder_are_three()
    assert licenses[0].valid_until - clock.now() < timedelta(days=8)
    assert set(ReviewItem.objects.values_list("kind", flat=True)) == {"day_differs"}
    assert_staff_have_something_to_do()
    assert [each.invoice.status for each in AwaitedTransfer.objects.all()] == ["open"]
    assert_the_customers_account_is_filled()
    assert_trade_fills_the_dashboard()
    before = everything()
    demo()
    assert everything() == before


def assert_buyer_payer_and_holder_are_three() -> None:
    """An integrator's client has paid by the link and holds the license; another has refused theirs."""
    handed = License.objects.get(handovers__status="accepted")
    invoice = Invoice.objects.get(lines__granted__license=handed)
    who = invoice.customer.email, invoice.payer["company"], handed.customer.email
    assert who == (people.CUSTOMER, "Company 2 LLP", "buyer-2@example.com")
    assert (
        invoice.replaces is not None and License.objects.get(handovers__status="refused").customer == invoice.customer
    )
    assert set(Payer.objects.values_list("country", "kind")) == {
        ("DE", "company"), ("KZ", "company"), ("DE", "person"),
    }  # fmt: skip


def assert_the_customers_account_is_filled() -> None:
    """Funds were added twice; one order was paid from them, one from the rest of them and by card."""
    customer = User.objects.get(email=people.CUSTOMER)
    assert balances.of(customer) == [balances.Balance(Decimal("50.00"), "EUR")]
    advances = Invoice.objects.filter(customer=customer, kind=InvoiceKind.ADVANCE_PAYMENT)
    assert [each.status for each in advances] == ["paid", "paid"]
    expenses = movements.wanted(customer, movements.Wanted("EUR", is_expense=True))
    assert sorted(len(movements.described(each).payments) for each in expenses) == [1, 1, 1, 2]


def assert_staff_have_something_to_do() -> None:
    """Every section of the back office shows something, as it would after two months."""
    assert sorted(Refund.objects.filter(is_ours=True).values_list("status", flat=True)) == ["succeeded", "succeeded"]
    assert ReconciledDay.objects.filter(differences=0).exists()
    assert ReconciledDay.objects.get(differences__gt=0).differences == 1
    assert License.objects.filter(status="suspended").count() == 1
    assert (
        OutboxMessage.objects.filter(status="dead").count() == InboundEvent.objects.filter(status="failed").count() == 1
    )
    assert CheckoutReminder.objects.count() == 2
    assert Voucher.objects.get(code="AUTUMN10").num_orders == 2
    assert StaffNote.objects.exists()


def assert_trade_fills_the_dashboard() -> None:
    """Two months of trade: figures for every picture, nothing the auditor minds, no mail about what is long ago."""
    numbers = report.collect()
    for span in (numbers.span, numbers.span.before):
        steps = numbers.steps(span)
        assert steps.viewers > steps.added > steps.ordered >= steps.paid > 0
        assert numbers.income(span, numbers.currencies[0]) > 0
    assert numbers.unpaid.count and numbers.ending.urgent and min(numbers.sales.income["EUR"].values()) < 0
    assert all(each.income and each.steps.viewers > each.steps.ordered for each in numbers.products)
    assert {finding.check for finding in audit.run()} <= {
        "outbox-unsent",
        "inbox-unhandled",
    }  # by nobody, and the one that was given up
    assert not OutboxMessage.objects.filter(payload__to__startswith="buyer-").exists()
    issued = list(Invoice.objects.order_by("number").values_list("issued_at", flat=True))
    assert issued == sorted(issued)
