"""Documents to be issued: written in the transaction that causes them, issued by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.documents.content import DocumentKind
from storefront.core import clock, sentences
from storefront.core.queue import QueueRow

if TYPE_CHECKING:
    from storefront.billing.models import Invoice

#: The key in ``about`` of texts whose letters the font does not have -> what is printed in their place.
PRINTED_AS = "printed_as"
#: The key in ``about`` of what was paid before there were documents: it is not mailed, not posted and not due.
EARLIER = "earlier"
#: The key in ``about`` of what a buyer's bank took back, or gave back after an appeal -> how much, major units.
DISPUTE = "dispute"


class RequestStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ISSUED = "issued", _("Issued")
    FAILED = "failed", _("Cannot be issued")
    NOT_NEEDED = "not_needed", _("Not needed")


class DocumentRequest(QueueRow):
    """A document to issue, or why it cannot be.

    It has no number until it is issued, so one that cannot be made leaves no gap. ``cause`` is unique: the same thing
    twice asks for one document. ``about`` holds what else it depends on (``building``). ``problem``: sentences that say
    why it was not issued (``core.sentences``); it is tried again by staff. ``due_on``: the last day for it, where
    there is one.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    cause = models.CharField(max_length=100, unique=True)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="document_requests")
    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="document_requests"
    )
    refund = models.ForeignKey(
        "billing.Refund", on_delete=models.PROTECT, null=True, blank=True, related_name="document_requests"
    )
    about = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=RequestStatus, default=RequestStatus.WAITING)
    problem = models.JSONField(default=list, blank=True)
    document = models.OneToOneField(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )
    due_on = models.DateField(_("to be issued by"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("document to issue")
        verbose_name_plural = _("documents to issue")
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="document_request_due")]

    def __str__(self) -> str:
        return self.cause

    @property
    def sale(self) -> Invoice | None:
        """The invoice that it is about. A reconciliation statement is about a period: its invoice names the seller."""
        return None if self.kind == DocumentKind.RECONCILIATION else self.invoice

    @property
    def problem_text(self) -> str:
        """Why it cannot be issued, in the active language; "" if nothing is known against it."""
        return sentences.told(self.problem)
