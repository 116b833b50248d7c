"""System checks: what the configuration of the payment methods shows by itself. Nobody is asked anything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from storefront.billing.gateway_registry import begun, gateway
from storefront.billing.services import refund_rules
from storefront.gateways.errors import ConfigurationError


@register()
def payment_methods(**kwargs: Any) -> list[CheckMessage]:
    """Warnings only: what must not be at all keeps the shop from starting (``core.configuration``)."""
    if getattr(settings, "SANDBOX", False):
        return []
    found: list[CheckMessage] = []
    for name in begun():
        try:
            warnings = gateway(name).warnings()
        except ConfigurationError as exc:
            found.append(Warning(f"{name} cannot be used: {exc}.", id="storefront.W030"))
            continue
        found += [
            Warning(f"{each.subject}: {each.finding}", hint=each.remedy, id="storefront.W031") for each in warnings
        ]
    return found


@register(Tags.database)
def second_persons(**kwargs: Any) -> list[CheckMessage]:
    """Whether refunds that need a second person can find one. Asks the database, so ``check --database default``."""
    try:
        is_impossible = bool(kwargs.get("databases")) and refund_rules.has_too_few_approvers()
    except DatabaseError:  # before the first migration
        return []
    if not is_impossible:
        return []
    return [
        Warning(
            "REFUND_APPROVAL_ABOVE is set, but fewer than two active people may approve refunds.",
            hint="Give a second person the right to approve refunds; until then such refunds are refused.",
            id="storefront.W032",
        )
    ]
