"""Paper copies: printed (``print_runs``), signed by hand, posted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from storefront.billing.documents import mails
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import ActOnPaper, Document, PaperCopy, PaperStatus
from storefront.billing.documents.sellers import settings_of
from storefront.billing.payer_details import PayerDetails
from storefront.core import clock, countries, states
from storefront.core.states import Transitions
from storefront.users.models import User

STEPS: Transitions = {
    PaperStatus.WAITING: frozenset({PaperStatus.PRINTED, PaperStatus.POSTED}),
    PaperStatus.PRINTED: frozenset({PaperStatus.POSTED}),
    PaperStatus.POSTED: frozenset(),
}


def is_offered(document: Document) -> bool:
    """Whether the seller sends this document by post to customers who ask for it."""
    return document.kind == DocumentKind.ACT and settings_of(document.invoice).act_on_paper != ActOnPaper.NEVER


def ask(document: Document, *, address: str, by_customer: bool = True) -> None:
    """Have a copy posted to ``address``; a second wish for the same document changes nothing. Commits with the
    caller's transaction."""
    wanted = {"address": address, "asked_by_customer": by_customer}
    PaperCopy.objects.get_or_create(document=document, defaults=wanted)


def ask_where_always(document: Document) -> None:
    """Of a seller who sends every act by post, to the payer's address."""
    settings = settings_of(document.invoice)
    if document.kind == DocumentKind.ACT and settings.act_on_paper == ActOnPaper.ALWAYS and document.invoice:
        ask(document, address=postal_address(PayerDetails.from_json(document.invoice.payer)), by_customer=False)


def postal_address(payer: PayerDetails) -> str:
    """In lines, with the country's name in the active language."""
    country = countries.name(payer.country) if payer.country else ""
    town = " ".join(part for part in (payer.postcode, payer.city) if part)
    return "\n".join(part for part in (payer.title, payer.address.strip(), town, country) if part)


def printed(papers: Sequence[PaperCopy]) -> None:
    """Note that they were printed; those that were are left as they are."""
    waiting = PaperCopy.objects.filter(pk__in=[paper.pk for paper in papers], status=PaperStatus.WAITING)
    waiting.update(status=PaperStatus.PRINTED, printed_at=clock.now())


def posted(paper: PaperCopy, *, track_number: str, by: User) -> bool:
    """Note that it was posted and tell the customer. Returns False, and tells nobody, if it was before."""
    with transaction.atomic():
        locked = states.lock(paper)
        changed = states.apply(
            locked, PaperStatus.POSTED, table=STEPS, posted_at=clock.now(), posted_by=by, track_number=track_number
        )
        if changed:
            mails.paper_posted(locked)
    return changed
