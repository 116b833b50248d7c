"""Orders without a browser: no basket, no session, no request. The same invoice, payment, license and mails."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from checkout.cart import prices
from checkout.models import Consent, PurchaseDetails
from checkout.orders import agreements, order_lines
from checkout.orders.create import Cause, CreatedOrder, create
from checkout.orders.order_request import Contact
from storefront.billing.links import pay_url
from storefront.billing.models import FreeOrder, FreeOrderCause, Invoice, PaymentAttempt
from storefront.billing.tax import TaxDecision, TaxTreatment
from storefront.core import audit
from storefront.gateways.bitrix24 import normalise_portal
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.checkout.building import PORTAL, make_license
from tests.purchases import pay

pytestmark = pytest.mark.django_db
PAYER = Contact(name="Ada Buyer", company="Acme", phone="+49 30 1234567", email="buyer@example.com")
GIFT = Cause(free=FreeOrderCause.GIFT, reference="Sorry for the outage")


def order(customer: Any, *lines: order_lines.OrderLine, **fields: Any) -> CreatedOrder:
    given = {"currency": "EUR", "payer": PAYER, "language": "en", "cause": Cause(), "portal": normalise_portal(PORTAL)}
    return create(customer=customer, lines=lines, **{**given, **fields})


def line(shop: Any, plan: str = "standard", months: int = 12, **fields: Any) -> order_lines.OrderLine:
    price = prices.find(shop.term(plan, months).pk)
    assert price is not None
    return order_lines.at_price(price, **{"portal_host": PORTAL, **fields})


def mail(template: str) -> dict[str, Any]:
    return OutboxMessage.objects.get(payload__template=template).payload


def test_paid_at_the_provider_it_grants_the_license(shop: Any, customer: Any, stripe: Any) -> None:
    created = order(customer, line(shop, "pro", 12))
    assert (created.order.status, created.invoice.status, created.order.basket) == ("New", "open", None)
    assert created.invoice.amount == created.order.total_incl_tax == shop.term("pro", 12).amount
    pay(created.invoice, stripe)
    license = License.objects.get()
    assert (license.customer, license.plan_name, license.portal_address) == (customer, "Professional", PORTAL)
    assert Order.objects.get().status == "Paid"
    assert not Basket.objects.exists()
    assert [str(finding) for finding in audit.run()] == []


def test_the_buyer_is_mailed_the_pay_link_and_what_each_line_does(shop: Any, customer: Any) -> None:
    created = order(customer, line(shop), line(shop, "pro", 1))
    context = mail("order_placed")["context"]
    assert context["pay_url"] == pay_url(created.invoice)
    first, second = created.invoice.lines.all()
    assert first.license_terms and first.license_terms.effect.startswith("New license.")
    assert second.license_terms and second.license_terms.effect.startswith("Goes to the new license above")
    assert [each["effect"] for each in context["lines"]] == [first.license_terms.effect, second.license_terms.effect]


def test_details_consent_and_prices_are_on_record(shop: Any, customer: Any) -> None:
    texts = agreements.of_agreement(shop.agreement.pk, with_body=True)
    created = order(customer, line(shop, quantity=2), consents=texts, ip_address="203.0.113.7")
    details, consent, row = PurchaseDetails.objects.get(), Consent.objects.get(), created.order.lines.get()
    assert (details.name, details.company, details.portal_address) == ("Ada Buyer", "Acme", PORTAL)
    assert consent.version.body == consent.text and consent.ip_address == "203.0.113.7"
    term = shop.term("standard", 12)
    assert (row.product, row.quantity, row.unit_price_incl_tax) == (term.product, 2, term.amount)
    assert row.line_price_incl_tax == row.line_price_before_discounts_incl_tax == term.amount * 2
    assert [str(finding) for finding in audit.run()] == []


def test_tax_is_decided_once_for_order_and_invoice(shop: Any, customer: Any) -> None:
    decision = TaxDecision(TaxTreatment.NONE, Decimal(20))
    lines = [line(shop, amount=Decimal(amount)) for amount in ("0.10", "0.10", "95.99")]
    created = order(customer, *lines, tax_decision=decision)
    rows, invoiced = created.order.lines.order_by("pk"), created.invoice.lines.order_by("position")
    assert [row.line_price_excl_tax for row in rows] == [each.net for each in invoiced]
    assert created.order.total_excl_tax == created.invoice.net == sum(row.line_price_excl_tax for row in rows)
    assert created.order.total_incl_tax == created.invoice.amount == Decimal("96.19")
    assert created.invoice.tax == Decimal("16.03") and {each.tax_rate for each in invoiced} == {20}
    assert rows[0].unit_price_excl_tax == Decimal("80.00"), "96.00 without a fifth more"
    assert [str(finding) for finding in audit.run()] == []


def test_who_bears_no_tax_pays_the_prices_less_the_tax_in_them(shop: Any, customer: Any) -> None:
    """The savings, the prices of license types and Oscar's rows are without it too."""
    decision = TaxDecision(TaxTreatment.REVERSE_CHARGE, Decimal(0), Decimal(20))
    created = order(
        customer, *[line(shop, amount=Decimal(amount)) for amount in ("0.10", "95.99")], tax_decision=decision
    )
    invoice, (small, large) = created.invoice, created.invoice.lines.order_by("position")
    assert (invoice.net, invoice.tax, invoice.amount) == (Decimal("80.07"), 0, Decimal("80.07"))  # of 96.09
    assert (small.amount, large.amount) == (Decimal("0.08"), Decimal("79.99"))
    assert created.order.total_incl_tax == created.order.total_excl_tax == invoice.amount
    assert large.license_terms and large.license_terms.prices[12] == Decimal("80.00")
    saved = shop.term("standard", 12).list_amount - Decimal("95.99")
    assert abs(large.discount - saved * 100 / 120) < Decimal("0.005")
    assert [str(finding) for finding in audit.run()] == []


def test_tax_is_added_to_prices_without_it(shop: Any, customer: Any) -> None:
    decision = TaxDecision(TaxTreatment.STANDARD, Decimal(19), None)
    created = order(customer, *[line(shop, amount=Decimal("0.33")) for _ in range(3)], tax_decision=decision)
    invoice = created.invoice
    assert (invoice.net, invoice.tax, invoice.amount) == (Decimal("0.99"), Decimal("0.19"), Decimal("1.18"))
    assert [each.net for each in invoice.lines.all()] == [Decimal("0.33")] * 3
    assert (created.order.total_excl_tax, created.order.total_incl_tax) == (invoice.net, invoice.amount)
    assert [str(finding) for finding in audit.run()] == []


def test_a_price_of_ones_own_is_charged_and_the_usual_one_kept(shop: Any, customer: Any) -> None:
    created = order(customer, line(shop, amount=Decimal("50.00")))
    row, invoiced = created.order.lines.get(), created.invoice.lines.get()
    assert created.invoice.amount == invoiced.amount == row.line_price_incl_tax == Decimal("50.00")
    assert row.line_price_before_discounts_incl_tax == shop.term("standard", 12).amount
    assert invoiced.list_amount == shop.term("standard", 12).list_amount


def test_a_gift_is_paid_at_once_with_its_cause(shop: Any, customer: Any, stripe: Any) -> None:
    created = order(customer, line(shop, amount=Decimal(0)), cause=GIFT)
    assert (created.invoice.status, Order.objects.get().status) == ("paid", "Paid")
    assert License.objects.get().customer == customer
    free = FreeOrder.objects.get()
    assert (free.cause, free.reference) == ("gift", "Sorry for the outage")
    assert not PaymentAttempt.objects.exists() and stripe.requests() == []
    assert not OutboxMessage.objects.filter(payload__template="order_placed").exists()
    assert [str(finding) for finding in audit.run()] == []


def test_nothing_is_given_away_without_a_cause(shop: Any, customer: Any) -> None:
    with pytest.raises(ValueError, match="cause"):
        order(customer, line(shop, amount=Decimal(0)))
    assert not Order.objects.exists() and not Invoice.objects.exists()


def test_a_cause_for_nothing_to_pay_takes_nothing_off(shop: Any, customer: Any) -> None:
    created = order(customer, line(shop), cause=GIFT)
    assert created.invoice.status == "open" and not FreeOrder.objects.exists()


def test_an_extension_goes_to_the_license_it_names(shop: Any, customer: Any, stripe: Any) -> None:
    license = make_license(customer, shop.term("pro", 6))
    created = order(customer, line(shop, "pro", 6, extends_license=license.public_id))
    attribute = created.order.lines.get().attributes.get()
    assert (attribute.type, attribute.value) == ("extends-license", license.public_id)
    pay(created.invoice, stripe)
    assert License.objects.count() == 1 and license.periods.count() == 2


def test_the_same_cause_orders_once(shop: Any, customer: Any) -> None:
    first = order(customer, line(shop), cause=Cause(key="renewal:7"))
    again = order(customer, line(shop), cause=Cause(key="renewal:7"))
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.order, again.invoice, again.lines) == (first.order, first.invoice, first.lines)
    assert Order.objects.count() == Invoice.objects.count() == 1
    assert order(customer, line(shop), cause=Cause(key="renewal:8")).is_new
    assert order(customer, line(shop)).is_new and order(customer, line(shop)).is_new


def test_it_is_in_the_language_asked_for_whoever_asks(shop: Any, customer: Any) -> None:
    with translation.override("ru"):
        ordered = line(shop)
    created = order(customer, ordered, language="ru")
    invoiced = created.invoice.lines.get()
    assert invoiced.license_terms and invoiced.license_terms.effect.startswith("Новая лицензия")
    assert "12 месяцев" in invoiced.description and mail("order_placed")["language"] == "ru"
