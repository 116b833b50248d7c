"""Purchases without the checkout page: an issued invoice for real licenses, and its payment at the stand-in."""

from __future__ import annotations

from typing import Any

from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import settlement, starting
from storefront.core.license_terms import LicenseTerms
from tests.billing.building import make_invoice


def license_terms(
    shop: Any, *, plan: str = "standard", months: int = 12, portal: str = "acme.bitrix24.com"
) -> LicenseTerms:
    """What paying for one line grants, as the checkout freezes it."""
    term = shop.term(plan, months)
    software = shop.software
    return LicenseTerms(
        software_id=software.pk,
        product_title=software.product.title,
        plan_id=term.plan_id,
        plan_code=term.plan.code,
        plan_name=term.plan.name,
        months=months,
        binding_kind=software.binding_kind,
        bitrix24_app_code=software.bitrix24_app_code,
        portal_address=portal,
    )


def order(customer: Any, shop: Any, *amounts: str, **terms: Any) -> Invoice:
    """An order and its unpaid invoice, one license per amount (96.00 if none)."""
    wanted = amounts or ("96.00",)
    return make_invoice(customer, *wanted, terms=[license_terms(shop, **terms)] * len(wanted))


def pay(invoice: Invoice, stripe: Any, **how: Any) -> PaymentAttempt:
    """Pay at the stand-in as a buyer does, and learn of it."""
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference, **how)
    return settlement.settle(attempt_id=payment.pk)
