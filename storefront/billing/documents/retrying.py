"""Documents that could not be issued, tried again once staff have put right what was wrong."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from storefront.billing.documents import issuing, printed_as
from storefront.billing.documents.errors import CannotIssue, NotNeeded, NotYet
from storefront.billing.documents.models import DocumentRequest, RequestStatus
from storefront.billing.documents.models.requests import PRINTED_AS
from storefront.core import clock


def unprintable(request: DocumentRequest) -> list[str]:
    """Texts of the document that the font cannot print; none where something else is in its way."""
    try:
        return printed_as.unprintable(issuing.drafted(request))
    except (CannotIssue, NotNeeded, NotYet, *issuing.FAULTS):  # the worker tells of a fault
        return []


@transaction.atomic
def retry(request: DocumentRequest, *, printed_as: Mapping[str, str]) -> None:
    """Have a document tried anew at once; with texts to be ``printed_as`` others, also what else of its invoice could
    not be issued: it holds the same texts."""
    rows = DocumentRequest.objects.select_for_update().filter(pk=request.pk)
    if printed_as and request.invoice_id:
        failed = DocumentRequest.objects.filter(invoice=request.invoice_id, status=RequestStatus.FAILED)
        rows = DocumentRequest.objects.select_for_update().filter(
            pk__in={request.pk, *failed.values_list("pk", flat=True)}
        )
    for row in rows.order_by("pk"):
        row.about[PRINTED_AS] = row.about.get(PRINTED_AS, {}) | dict(printed_as)
        row.status, row.problem = RequestStatus.WAITING, []
        row.next_attempt_at, row.forgiven_attempts = clock.now(), row.attempts
        row.save(update_fields=["about", "status", "problem", "next_attempt_at", "forgiven_attempts"])
