"""What customers have saved."""

from __future__ import annotations

from django.db.models import QuerySet

from storefront.billing import gateway_registry
from storefront.billing.models import Invoice, Mandate, SavedMethod
from storefront.billing.models.saved_methods import CHARGEABLE, SHOWN, Scope
from storefront.billing.services import open_methods
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.base import Feature
from storefront.users.models import User


def of(customer: User) -> QuerySet[SavedMethod]:
    """Those that a customer sees, the default one first."""
    return SavedMethod.objects.filter(customer=customer, status__in=SHOWN)


def own(customer: User, public_id: str) -> SavedMethod | None:
    """One of them."""
    return of(customer).filter(public_id=public_id).first()


def chargeable(customer: User, currency: str = "") -> list[SavedMethod]:
    """Those that can be charged now, by a provider that is set up and takes the currency ("": any)."""
    rows = of(customer).filter(status__in=CHARGEABLE).exclude(method_reference=None)
    return [row for row in rows if can_charge(row.gateway, currency)]


def offered(customer: User, currency: str = "") -> list[SavedMethod]:
    """Those that a customer may press for: they have agreed that they are kept for that."""
    kept = Mandate.objects.filter(customer=customer, scope=Scope.ATTENDED, ended_at=None)
    ids = set(kept.values_list("method_id", flat=True))
    return [each for each in chargeable(customer, currency) if each.pk in ids] if ids else []


def for_invoice(invoice: Invoice) -> list[SavedMethod]:
    """Those that its customer may press for, by the rules of the payment methods they belong to."""
    open_names = {each.name for each in open_methods.open_to(invoice)}
    return [each for each in offered(invoice.customer, invoice.currency) if each.gateway in open_names]


def can_charge(gateway_name: str, currency: str = "") -> bool:
    """Whether a payment method of the shop charges what was saved with it."""
    if gateway_name not in gateway_registry.configured():
        return False
    if Feature.SAVED_METHOD not in gateway_registry.features(gateway_name):
        return False
    try:
        limits = gateway_registry.gateway(gateway_name).limits
    except ConfigurationError:
        return False
    return not currency or currency in limits.currencies


def live_mandates(method: SavedMethod) -> QuerySet[Mandate]:
    """What a method may be charged for, the newest first."""
    return method.mandates.filter(ended_at=None)
