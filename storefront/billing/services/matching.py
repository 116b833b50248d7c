"""Whether what a provider shows is the charge that we asked for."""

from __future__ import annotations

from storefront.billing.gateway_registry import expected_account, gateway
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.gateways.payments.base import PaymentSnapshot


def mismatches(attempt: PaymentAttempt, invoice: Invoice, snapshot: PaymentSnapshot) -> list[str]:
    """In what the provider's object differs from the attempt we made; empty means it is ours, to the cent."""
    account = expected_account(attempt.gateway)
    checks = {
        "reference": snapshot.our_reference == (attempt.repeats or attempt).public_id
        and attempt.provider_reference in (None, snapshot.provider_reference),
        "amount": snapshot.amount == attempt.amount <= invoice.amount,  # less, where a part had come before
        "currency": snapshot.currency == attempt.currency == invoice.currency,
        "mode": snapshot.is_live == attempt.is_live == gateway(attempt.gateway).is_live,
        "account": not account or snapshot.account_reference in ("", account),
    }
    return [name for name, fits in checks.items() if not fits]
