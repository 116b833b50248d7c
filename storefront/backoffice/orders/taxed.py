"""How an invoice is taxed and what shows where its buyer is, as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.billing.models import Invoice
from storefront.billing.review_values import provider
from storefront.billing.services import location_evidence
from storefront.billing.tax import Evidence, EvidenceKind, TaxFacts
from storefront.billing.tax.location import PAYER, WANTED, Location
from storefront.core import countries


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence in words; ``is_other``: it names another state than the sale was taxed for."""

    kind: str
    country: str
    source: str
    at: datetime
    is_other: bool


@dataclass(frozen=True, slots=True)
class Taxed:
    """``treatment`` and ``country`` in words; ``verdict``: what the pieces say of a consumer's place, "" where it did
    not matter; ``is_certain``: enough for how the sale was taxed."""

    treatment: str
    country: str
    pieces: Sequence[Piece]
    verdict: str
    is_certain: bool


def of_invoice(invoice: Invoice) -> Taxed:
    """In the active language; one query."""
    facts = TaxFacts.from_json(invoice.tax_facts)
    known = location_evidence.pieces(invoice)
    found = location_evidence.judge(invoice, known)
    others = found.others if found else ()
    return Taxed(
        treatment=str(invoice.get_tax_treatment_display()),
        country=countries.name(facts.country) if facts.country else "",
        pieces=[_piece(each, is_other=each in others) for each in known],
        verdict=_verdict(found) if found else "",
        is_certain=found is None or found.is_certain,
    )


def _piece(each: Evidence, *, is_other: bool) -> Piece:
    kind = str(EvidenceKind(each.kind).label) if each.kind in EvidenceKind.values else each.kind
    return Piece(kind, countries.name(each.country), _source(each.source), datetime.fromisoformat(each.at), is_other)


def _source(code: str) -> str:
    words = {
        PAYER: _("The payer's details"),
        location_evidence.CHECKOUT: _("The order's request"),
        location_evidence.PAY_PAGE: _("The pay page's request"),
    }
    return words.get(code) or provider(code)


def _verdict(found: Location) -> str:
    agreeing = ngettext(
        "%(count)d piece of evidence shows that the buyer is in %(country)s; two are wanted.",
        "%(count)d pieces of evidence show that the buyer is in %(country)s; two are wanted.",
        found.agreeing,
    ) % {"count": found.agreeing, "country": countries.name(found.country)}
    if found.agreeing >= WANTED or not found.others:
        return agreeing
    return " ".join((agreeing, _("Others contradict it.")))
