"""What each payment method can do, read from its gateway: one table for staff, for the docs and for whoever must know.

Nothing is listed here by a method's name: what a gateway says (``supports``, ``limits``, ``is_merchant_of_record``) and
which parts of the interface it implements decide. It needs no keys and asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storefront.billing import gateway_registry, methods_by_hand
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.base import PaymentGateway
from storefront.gateways.payments.limits import Limits
from storefront.gateways.payments.words import Feature

GatewayClass = type[PaymentGateway]


@dataclass(frozen=True, slots=True)
class Capability:
    """One column. ``name``: as in the docs, in English; ``label``: what staff read; ``is_met``: of a gateway."""

    name: str
    label: str | Promise
    is_met: Callable[[GatewayClass], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """A method. ``able``: whether it can, by the name of the capability; ``limits``: what it takes in all shops, None
    where that depends on the account; ``is_by_hand``: without a provider."""

    name: str
    able: Mapping[str, bool]
    limits: Limits | None
    is_by_hand: bool = False

    @property
    def currencies(self) -> Sequence[str]:
        return sorted(self.limits.currencies) if self.limits else ()

    def smallest(self, currency: str) -> Decimal | None:
        """The smallest sum it takes, major units; None where that is not known beforehand or nothing is taken."""
        if self.limits is None or currency not in self.limits.currencies:
            return None
        return self.limits.smallest_in(currency)


def _supports(feature: Feature) -> Callable[[GatewayClass], bool]:
    return lambda gateway: feature in gateway.supports


def _implements(method: str) -> Callable[[GatewayClass], bool]:
    return lambda gateway: getattr(gateway, method) is not getattr(PaymentGateway, method)


#: In the order of the columns.
CAPABILITIES: tuple[Capability, ...] = (
    Capability("two steps", _("The buyer agrees first, the money is taken after that"), _supports(Feature.CAPTURE)),
    Capability("refund", _("Refunds at our request"), _supports(Feature.REFUND)),
    Capability("save", _("Saves what the buyer pays with"), _supports(Feature.SAVED_METHOD)),
    Capability("save alone", _("Saves it without a payment"), _supports(Feature.METHOD_SETUP)),
    Capability("charge", _("Charges what is saved without the buyer"), _implements("charge")),
    Capability("updates", _("Tells when what is saved changes"), _supports(Feature.UPDATES_METHODS)),
    Capability("invoice by mail", _("Sends its own invoice by mail"), _supports(Feature.INVOICE_BY_MAIL)),
    Capability("may sell", _("May sell in its own name, with its own tax"), lambda each: _may_sell(each.name)),
    Capability("lists charges", _("Lists its charges, which are compared every night"), _implements("find_recent")),
    Capability("lists balance", _("Lists what moved our balance"), _implements("movements")),
    Capability("signed messages", _("Proves that its messages are its own"), lambda each: each.proves_messages),
    Capability("doctor", _("Can be asked whether it is set up right"), _implements("diagnose")),
)


def table() -> list[Row]:
    """All methods of the settings, those with a provider first. No query."""
    rows = [of(name) for name in gateway_registry.names()]
    nothing = {each.name: False for each in CAPABILITIES}
    return [*rows, *(Row(name, nothing, None, is_by_hand=True) for name in methods_by_hand.names())]


def of(name: str) -> Row:
    """A method with a provider."""
    gateway = gateway_registry.gateway_class(name)
    able = {each.name: each.is_met(gateway) for each in CAPABILITIES}
    return Row(name, able, getattr(gateway, "limits", None))


def limits_here(row: Row) -> Limits | None:
    """What a method takes in this shop; None until it is set up. At most one query."""
    try:
        if row.is_by_hand:
            return methods_by_hand.get(row.name).limits()
        return gateway_registry.gateway(row.name).limits
    except ConfigurationError:
        return row.limits


def _may_sell(name: str) -> bool:
    """Whether a setting makes its provider the seller."""
    spec = settings.PAYMENT_GATEWAYS.get(name, {})
    return "is_merchant_of_record" in spec.get("settings", {})
