"""Values in the sentences of matters that are kept as codes, and read as words: who is meant, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.billing.tax.facts import EvidenceKind
from storefront.billing.tax.territories import TaxRegion
from storefront.core import countries
from storefront.gateways.payments.balance import MovementKind
from storefront.gateways.payments.base import RemoteState

_STATES: Mapping[str, str | Promise] = {
    RemoteState.OPEN: _("not paid yet"),
    RemoteState.WAITING: _("still to be paid"),
    RemoteState.PROCESSING: _("being processed"),
    RemoteState.SUCCEEDED: _("paid"),
    RemoteState.FAILED: _("not paid"),
    RemoteState.EXPIRED: _("not paid in time"),
}
MOVEMENTS: Mapping[str, str | Promise] = {
    MovementKind.PAYMENT: _("Payment"),
    MovementKind.REFUND: _("Refund"),
    MovementKind.REFUND_FAILED: _("Refund that failed"),
    MovementKind.DISPUTE: _("Dispute"),
    MovementKind.DISPUTE_RETURNED: _("Dispute, returned"),
    MovementKind.FEE: _("Fee"),
    MovementKind.PAYOUT: _("Payout"),
    MovementKind.PAYOUT_FAILED: _("Payout that failed"),
    MovementKind.OTHER: _("Other"),
}
_STATUSES = {**dict(AttemptStatus.choices), **dict(InvoiceStatus.choices)}


def provider(name: str) -> str:
    """What staff call a payment method; its short name if it is one no more."""
    if spec := settings.PAYMENT_GATEWAYS.get(name):
        return str(import_string(spec["class"]).verbose_name)
    if by_hand := settings.PAYMENT_METHODS_BY_HAND.get(name):
        return str(import_string(by_hand).verbose_name)
    return gettext("Bank transfer") if name == "bank_transfer" else name


def place(code: str) -> str:
    """A country or a part of one with a rate of its own."""
    return str(TaxRegion(code).label) if code in TaxRegion.values else countries.name(code)


def evidence(packed: str) -> str:
    """Pieces of evidence as ``location_evidence.packed`` wrote them: IP address: France; Billing address: Germany."""
    told = []
    for piece in packed.split():
        kind, _colon, code = piece.partition(":")
        label = str(EvidenceKind(kind).label) if kind in EvidenceKind.values else kind
        told.append(f"{label}: {countries.name(code)}" if code else label)
    return "; ".join(told)


#: Placeholder -> what its value is called in the active language.
SHOWN: Mapping[str, Callable[[str], str]] = {
    "gateway": provider,
    "method": provider,
    "state": lambda code: str(_STATES.get(code, code)),
    "status": lambda code: str(_STATUSES.get(code, code)).lower(),
    "place": place,
    "evidence": evidence,
    "kind": lambda code: str(MOVEMENTS.get(code, code)),
}
