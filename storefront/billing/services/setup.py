"""Whether the payment methods are set up so that they work. What is not goes before the staff."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from storefront.billing.gateway_registry import gateway, names, verbose_name
from storefront.billing.services import reviews
from storefront.gateways.errors import ConfigurationError, UnsupportedOperation
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict

logger = logging.getLogger(__name__)


def webhook_url(name: str) -> str:
    """The address that a provider's messages must be sent to."""
    return f"{settings.SITE_URL}{reverse('hook', kwargs={'source': name})}"


def diagnose(name: str, *, is_thorough: bool = True) -> Sequence[Diagnosis]:
    """What the provider says of our set-up. Must not be called inside a transaction; changes nothing anywhere.

    Raises UnsupportedOperation for a method that cannot be asked.
    """
    try:
        return gateway(name).diagnose(webhook_url=webhook_url(name), is_thorough=is_thorough)
    except ConfigurationError as exc:
        return [Diagnosis("configuration", name, Verdict.FAULT, f"{exc}.", "Set it, see README.")]


def check_all() -> int:
    """Put every fault of every payment method before the staff, once until somebody resolves it. Returns how many."""
    found = 0
    for name in names():
        try:
            faults = [each for each in diagnose(name, is_thorough=False) if each.verdict is Verdict.FAULT]
        except UnsupportedOperation:
            continue
        for fault in faults:
            if fault.code != "connection":  # the breaker's matter
                detail = f"{verbose_name(name)}: {fault.finding} {fault.remedy}".strip()
                reviews.file_setup(gateway=name, code=fault.code, detail=detail)
                found += 1
    return found
