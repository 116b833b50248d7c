"""System checks: what the configuration of the payment methods shows by itself. Nobody is asked anything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from storefront.billing.gateway_registry import gateway, names
from storefront.gateways.errors import ConfigurationError


@register()
def payment_methods(**kwargs: Any) -> list[CheckMessage]:
    """Warnings only: what must not be at all keeps the shop from starting (``core.configuration``)."""
    if getattr(settings, "SANDBOX", False):
        return []
    found: list[CheckMessage] = []
    for name in names():
        try:
            warnings = gateway(name).warnings()
        except ConfigurationError as exc:
            found.append(Warning(f"{name} cannot be used: {exc}.", id="storefront.W030"))
            continue
        found += [
            Warning(f"{each.subject}: {each.finding}", hint=each.remedy, id="storefront.W031") for each in warnings
        ]
    return found
