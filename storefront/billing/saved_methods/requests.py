"""What a provider is asked about a saved method. Derived from rows that do not change: a retry asks the same."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import salted_hmac

from storefront.billing import links
from storefront.billing.models import MethodSetup, PaymentAttempt, SavedMethod
from storefront.billing.services import charged_lines
from storefront.gateways.payments.saved_methods import ChargeRequest, SaveRequest, SetupRequest
from storefront.users.models import User


def save_request(attempt: PaymentAttempt) -> SaveRequest | None:
    """What is kept of what the buyer pays with; None if nothing is."""
    if not attempt.saving:
        return None
    return _save(
        attempt.invoice.customer,
        attempt.gateway,
        is_live=attempt.is_live,
        at=attempt.created_at,
        is_unattended=attempt.saving == PaymentAttempt.Saving.UNATTENDED,
    )


def setup_request(setup: MethodSetup) -> SetupRequest:
    """For the page where a method is saved without a payment."""
    save = _save(
        setup.customer, setup.gateway, is_live=setup.is_live, at=setup.created_at, is_unattended=setup.is_unattended
    )
    return SetupRequest(
        idempotency_key=setup.idempotency_key,
        our_reference=setup.public_id,
        save=save,
        currency=setup.currency,
        customer_email=setup.customer.email,
        return_url=links.setup_return_url(setup),
        cancel_url=links.methods_url(setup.language),
        language=setup.language,
    )


def charge_request(attempt: PaymentAttempt) -> ChargeRequest:
    """For an attempt that charges a saved method, which the provider has not forgotten."""
    method, invoice = attempt.saved_method, attempt.invoice
    if method is None or not method.method_reference:
        raise ValueError("nothing to charge")
    return ChargeRequest(
        idempotency_key=attempt.idempotency_key,
        our_reference=attempt.public_id,
        amount=attempt.amount,
        currency=attempt.currency,
        description=invoice.number,
        provider_customer=method.provider_customer,
        method_reference=method.method_reference,
        is_unattended=attempt.mandate_id is not None,
        customer_email=invoice.payer.get("email", ""),
        return_url=links.return_url(attempt),
        language=invoice.language,
        metadata={"invoice": invoice.number},
        initial_reference=method.initial_reference,
        lines=charged_lines.lines_of(attempt),
    )


def customer_reference(customer: User) -> str:
    """Our name of a customer at providers: the same for ever, and not to be guessed."""
    return salted_hmac("billing.saved_methods", str(customer.pk)).hexdigest()[:32]


def _save(customer: User, gateway: str, *, is_live: bool, at: datetime, is_unattended: bool) -> SaveRequest:
    known = SavedMethod.objects.filter(customer=customer, gateway=gateway, is_live=is_live, created_at__lt=at)
    newest = known.exclude(provider_customer="").order_by("-pk").first()
    return SaveRequest(
        customer_reference=customer_reference(customer),
        provider_customer=newest.provider_customer if newest else "",
        is_unattended=is_unattended,
    )
