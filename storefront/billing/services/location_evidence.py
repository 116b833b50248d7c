"""Evidence of where a buyer is: gathered at the order and with its payment, kept with the invoice, and compared.

What is known when an invoice is issued is frozen in it (``TaxFacts.evidence``); what comes later is a row of its own
(``LocationEvidence``). Once it is paid, a consumer's country that they do not show is a matter for staff; no sale is
held up. Kept as long as the invoice: ten years (Directive 2006/112/EC, Articles 369 and 369k).
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from storefront.billing.models import Invoice, LocationEvidence
from storefront.billing.services import reviews
from storefront.billing.tax import Evidence, EvidenceKind, TaxFacts, TaxReason, location
from storefront.billing.tax.location import Location
from storefront.core import clock, countries
from storefront.core.sentences import Sentence

#: Kind of the review list.
CONFLICT = "location_conflict"
#: Who told us, where it was neither the payer (``location.PAYER``) nor a provider: requests of the buyer's browser.
CHECKOUT, PAY_PAGE = "checkout", "pay_page"


def of_visitor(country: str) -> list[Evidence]:
    """For the decision about an order: where the IP address of whoever places it is (ISO 3166-1), "" if not known."""
    if not country:
        return []
    at = clock.now().isoformat()
    return [Evidence(kind=EvidenceKind.IP_ADDRESS.value, country=country, source=CHECKOUT, at=at)]


def carried_over(invoice: Invoice) -> list[Evidence]:
    """What an invoice knows of its buyer's place apart from its payer, for the one that takes its place."""
    return [piece for piece in pieces(invoice) if piece.source != location.PAYER]


def note(*, invoice: Invoice, kind: EvidenceKind, country: str, source: str) -> None:
    """Keep a piece that came after the invoice, once per kind and source; nothing where no tax is charged at all."""
    reason = TaxFacts.from_json(invoice.tax_facts).reason
    if country not in countries.codes() or reason in ("", TaxReason.NO_TAX):
        return
    piece = LocationEvidence(invoice=invoice, kind=kind.value, country=country, source=source[:100])
    LocationEvidence.objects.bulk_create([piece], ignore_conflicts=True)


def pieces(invoice: Invoice) -> list[Evidence]:
    """All that is known, in the order in which it came; one query."""
    later = [
        Evidence(kind=row.kind, country=row.country, source=row.source, at=row.found_at.isoformat())
        for row in sorted(invoice.location_evidence.all(), key=lambda row: row.pk)
    ]
    return [*TaxFacts.from_json(invoice.tax_facts).evidence, *later]


def judge(invoice: Invoice, known: list[Evidence]) -> Location | None:
    """What the pieces say of an invoice; None where the place of a consumer did not matter, as of one of zero."""
    return location.judge(TaxFacts.from_json(invoice.tax_facts), known) if invoice.amount else None


def check(invoice: Invoice) -> None:
    """File a paid invoice whose consumer may be elsewhere, once; in the transaction that pays it."""
    known = pieces(invoice)
    found = judge(invoice, known)
    if found is None or found.is_certain:
        return
    told: dict[str, object] = {"invoice": invoice.number, "place": found.country, "evidence": packed(known)}
    text = (
        _("%(invoice)s was taxed as a sale to a consumer in %(place)s, but evidence contradicts it: %(evidence)s.")
        if found.others
        else _(
            "%(invoice)s was taxed as a sale to a consumer in %(place)s, for which two pieces of evidence are needed. "
            "Known is only: %(evidence)s."
        )
    )
    reviews.file(key=f"{CONFLICT}:{invoice.public_id}", kind=CONFLICT, detail=[Sentence(text, told)], invoice=invoice)


def packed(known: list[Evidence]) -> str:
    """As a value of a sentence; ``review_values`` reads it."""
    return " ".join(f"{piece.kind}:{piece.country}" for piece in known) or "-"
