"""What staff see of a payment method: whether buyers are offered it, its mode, its last money, what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from storefront.billing import breaker, gateway_registry
from storefront.billing.models import Payment, PaymentMethod, ReviewItem
from storefront.billing.services import reviews
from storefront.billing.services.setup import webhook_url
from storefront.gateways.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """``row`` is unsaved where staff have never switched it. ``fault`` says what keeps it from being configured;
    ``settings``: the names of its settings, each with whether it has a value (never the value)."""

    name: str
    label: str
    row: PaymentMethod
    fault: str
    is_live: bool
    is_away: bool
    last_payment: Payment | None
    settings: Sequence[tuple[str, bool]]
    webhook_url: str
    matters: Sequence[ReviewItem]

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
    """All of them. Asks no provider; the number of queries depends on that of the methods alone."""
    rows = {row.name: row for row in PaymentMethod.objects.select_related("changed_by")}
    matters: dict[str, list[ReviewItem]] = {}
    for item in ReviewItem.objects.filter(kind=reviews.SETUP, resolved_at=None).order_by("created_at", "pk"):
        matters.setdefault(item.key.split(":")[1], []).append(item)
    return [_method(name, rows, matters.get(name, [])) for name in gateway_registry.names()]


def method(name: str) -> Method | None:
    return next((found for found in methods() if found.name == name), None)


def _method(name: str, rows: Mapping[str, PaymentMethod], matters: Sequence[ReviewItem]) -> Method:
    fault, is_live = "", False
    try:
        is_live = gateway_registry.gateway(name).is_live
    except ConfigurationError as error:
        fault = str(error)
    return Method(
        name=name,
        label=gateway_registry.verbose_name(name),
        row=rows.get(name) or PaymentMethod(name=name),
        fault=fault,
        is_live=is_live,
        is_away=breaker.is_away(name),
        last_payment=Payment.objects.filter(gateway=name).order_by("-pk").first(),
        settings=[(setting, bool(getattr(settings, setting, ""))) for setting in _settings(name)],
        webhook_url=webhook_url(name),
        matters=matters,
    )


def _settings(name: str) -> Sequence[str]:
    return sorted(settings.PAYMENT_GATEWAYS[name].get("settings", {}).values())
