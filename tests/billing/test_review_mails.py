"""Staff read of what waits for them in the words of the money desk, never in codes."""

from __future__ import annotations

import pytest
from django.utils import translation

from storefront.backoffice.money_desk import kinds
from storefront.billing.models import Payment, PaymentAttempt, Refund
from storefront.billing.review_titles import TITLES
from storefront.billing.services import invoices, reviews
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus
from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db


def mail_of(prefix: str) -> dict[str, object]:
    found: dict[str, object] = OutboxMessage.objects.get(key__startswith=prefix).payload["context"]
    return found


def test_the_mail_has_the_title_of_the_desk_in_english(stripe, invoice):
    attempt = start(invoice=invoice, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(status=AttemptStatus.CANCELLED)
    invoices.void(invoice=invoice, reason="test")
    stripe.pay(attempt.provider_reference)
    with translation.override("ru"):
        settle(attempt_id=attempt.pk)
    assert mail_of("review:late_payment:")["title"] == f"Money came after the order was cancelled ({invoice.number})"
    assert mail_of("review:late_payment:")["title"] == f"{kinds.describe('late_payment').title} ({invoice.number})"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_matter_about_no_invoice_is_named_as_well(language):
    with translation.override(language):
        reviews.file_setup(gateway="stripe", code="endpoint", detail="Stripe: the endpoint is missing.")
    assert mail_of("review:setup:")["title"] == "A payment method is not set up correctly"


def test_a_refund_that_failed_is_explained(stripe, invoice):
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    payment = Payment.objects.get()
    refund = Refund(pk=7, payment=payment, amount=payment.amount, failure_code="lost_or_stolen_card")
    with translation.override("ru"):
        reviews.file_refund_failed(refund)
    assert "the buyer's card was reported lost or stolen (lost_or_stolen_card)." in str(
        mail_of("review:refund-failed:")
    )


def test_every_kind_has_a_title_and_advice() -> None:
    assert TITLES.keys() == kinds.KINDS.keys()


def test_the_desk_says_titles_in_the_reader_s_language() -> None:
    with translation.override("ru"):
        assert all(kinds.describe(kind).title != title for kind, title in TITLES.items())
