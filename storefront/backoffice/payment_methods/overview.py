"""What staff see of a payment method: whether buyers are offered it, its mode, its last money, what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from storefront.billing import breaker, gateway_registry, methods_by_hand
from storefront.billing.models import Payment, PaymentMethod, ReviewItem
from storefront.billing.services import open_methods, payment_methods, reviews
from storefront.billing.services.setup import webhook_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """``title``: what buyers read. ``row`` is unsaved where nobody has changed it. ``fault`` says what it lacks;
    ``settings``: the names of its settings, each with whether it has a value (never the value)."""

    name: str
    label: str
    title: str
    row: PaymentMethod
    fault: str
    is_live: bool
    is_away: bool
    last_payment: Payment | None
    settings: Sequence[tuple[str, bool]]
    webhook_url: str
    matters: Sequence[ReviewItem]

    @property
    def missing(self) -> Sequence[str]:
        """The variables without which it cannot be switched on and that are not set."""
        return gateway_registry.missing(self.name)

    @property
    def state(self) -> str | Promise:
        if self.fault:
            return _("not set up")
        if self.row.is_stopped:
            return _("stopped")
        return _("does not answer") if self.is_away else _("offered")

    @property
    def is_fine(self) -> bool:
        return not (self.fault or self.row.is_stopped or self.is_away)

    @property
    def mode(self) -> str | Promise:
        if self.fault:
            return "–"
        return _("Real money") if self.is_live else _("Test")

    @property
    def last_success(self) -> datetime | None:
        return self.last_payment.received_at if self.last_payment else None


def methods() -> list[Method]:
    """All of them, in the seller's order. Asks no provider; the number of queries depends on that of the methods
    alone."""
    matters: dict[str, list[ReviewItem]] = {}
    for item in ReviewItem.objects.filter(kind=reviews.SETUP, resolved_at=None).order_by("created_at", "pk"):
        matters.setdefault(item.key.split(":")[1], []).append(item)
    return [_method(row, matters.get(row.name, [])) for row in payment_methods.rows()]


def method(name: str) -> Method | None:
    return next((found for found in methods() if found.name == name), None)


def _method(row: PaymentMethod, matters: Sequence[ReviewItem]) -> Method:
    name, fault, is_by_hand = row.name, payment_methods.fault(row.name), row.name in methods_by_hand.names()
    return Method(
        name=name,
        label=gateway_registry.verbose_name(name),
        title=open_methods.shown(row).title,
        row=row,
        fault=fault,
        is_live=is_by_hand or (not fault and gateway_registry.gateway(name).is_live),
        is_away=not is_by_hand and breaker.is_away(name),
        last_payment=Payment.objects.filter(gateway=name).order_by("-pk").first(),
        settings=[(setting, bool(getattr(settings, setting, ""))) for setting in _settings(name)],
        webhook_url="" if is_by_hand else webhook_url(name),
        matters=matters,
    )


def _settings(name: str) -> Sequence[str]:
    spec = settings.PAYMENT_GATEWAYS.get(name, {})
    return sorted({*spec.get("settings", {}).values(), *spec.get("env", ())})
