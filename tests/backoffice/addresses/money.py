"""Real addresses of refunds and the money desk, for the access matrix."""

from __future__ import annotations

import pytest

from storefront.billing.models import Payment, PaymentAttempt, Refund, RefundPayout, RefundRequest
from storefront.billing.services import reviews
from tests.billing.building import make_invoice


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    """A paid invoice, a refund of it that waits for approval, and a matter of money."""
    customer = request.getfixturevalue("customer")
    invoice = make_invoice(customer)
    attempt = PaymentAttempt.objects.create(
        invoice=invoice, gateway="stripe", is_live=False, status="succeeded", currency="EUR", amount=invoice.amount,
        provider_reference="cs_money",
    )  # fmt: skip
    payment = Payment.objects.create(
        customer=customer, attempt=attempt, gateway="stripe", is_live=False, currency="EUR", amount=invoice.amount,
        reference="cs_money",
    )  # fmt: skip
    refund = Refund.objects.create(payment=payment, amount=1, is_ours=True, status="awaiting", decision="d")
    matter = reviews.file(key="money", kind="late_payment", detail="Money came late.", attempt=attempt, invoice=invoice)
    paid_out = Refund.objects.create(payment=payment, amount=1, is_ours=True, way="bank", decision="p")
    RefundPayout.objects.create(refund=paid_out, holder="Ada Buyer", account="DE89370400440532013000")
    asked = RefundRequest.objects.create(customer=customer, invoice=invoice, reason_text="Wrong one")
    asked.lines.create(line=invoice.lines.get())
    payout, request_page = f"/admin/refunds/{paid_out.pk}/", f"/admin/refunds/requests/{asked.pk}/"
    one, item = f"/admin/refunds/{refund.pk}/", f"/admin/money/{matter.pk}/"
    return {
        "/admin/money/days/<slug:gateway>/<str:day>/": "/admin/money/days/stripe/2026-03-04/",
        "/admin/refunds/invoice/<str:number>/": f"/admin/refunds/invoice/{invoice.number}/",
        "/admin/refunds/payment/<int:pk>/": f"/admin/refunds/payment/{payment.pk}/",
        **{f"/admin/refunds/<int:pk>/{tail}": one + tail for tail in ("", "approve/", "decline/", "withdraw/", "ask/")},
        **{f"/admin/refunds/<int:pk>/{tail}": payout + tail for tail in ("paid/", "give-up/", "returned/")},
        **{f"/admin/refunds/requests/<int:pk>/{tail}": request_page + tail for tail in ("", "grant/", "refuse/")},
        **{f"/admin/money/<int:pk>/{tail}": item + tail for tail in ("", "resolve/", "ask/", "book/")},
    }
