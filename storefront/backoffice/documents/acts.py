"""Acts on documents: send again, try again, print, mark as posted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.documents import page
from storefront.backoffice.documents.lists import SEND
from storefront.backoffice.orders.acts.bulk import chosen_ids
from storefront.backoffice.pages import Crumb
from storefront.backoffice.refusals import refuse
from storefront.backoffice.rights import KEEPS_BOOKS, StaffOnly
from storefront.billing.documents import mails, papers
from storefront.billing.documents.models import Document, DocumentRequest, PaperCopy, PaperStatus, RequestStatus
from storefront.core import clock

SENT, RETRIED, PRINTED, POSTED = "documents.send", "documents.retry", "documents.print", "documents.post"


class _DocumentAct(ActView):
    permissions = (SEND,)
    object: Document

    def get_object(self) -> Document:
        document = page.found(self.kwargs["number"])
        self.crumbs = (*page.CRUMBS, Crumb("backoffice-document", document.number, (document.number,)))
        return document

    def get_success_url(self) -> str:
        return reverse("backoffice-document", args=[self.object.number])


class SendAgain(_DocumentAct):
    action = SENT
    page_title = gettext_lazy("Send the document again")
    header_icon = "mail"

    def preview(self, form: Any) -> list[str]:
        address = mails.recipient(self.object)
        return [_("%(number)s is mailed to %(email)s.") % {"number": self.object.number, "email": address}]

    def perform(self, form: Any) -> Outcome:
        mails.document_issued(self.object, again=f"{clock.now():%Y%m%dT%H%M%S%f}")
        return Outcome(_("The document is on its way."))


class PostedForm(ActForm):
    track_number = forms.CharField(
        label=gettext_lazy("Track number"), max_length=60, required=False,
        help_text=gettext_lazy("The customer is told it by mail. Leave it empty for an ordinary letter."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Remark"), max_length=1000, required=False)
    field_order = ["track_number", "reason"]


class MarkPosted(_DocumentAct):
    action = POSTED
    page_title = gettext_lazy("Mark the paper copy as posted")
    header_icon = "check"
    form_class = PostedForm

    def _paper(self) -> PaperCopy:
        paper = getattr(self.object, "paper", None)
        if paper is None or paper.status == PaperStatus.POSTED:
            raise Refused(_("No paper copy of this document waits to be posted."))
        return paper

    def preview(self, form: Any) -> list[str]:
        values = {"number": self.object.number, "address": ", ".join(self._paper().address.splitlines())}
        return [_("%(number)s counts as posted to: %(address)s. The customer is told by mail.") % values]

    def perform(self, form: Any) -> Outcome:
        track = form.cleaned_data["track_number"].strip()
        papers.posted(self._paper(), track_number=track, by=self.user)
        return Outcome(_("Noted."), after={_("Track number"): track})


class Retry(ActView):
    """Try to issue a document once more that could not be."""

    permissions = (SEND,)
    action = RETRIED
    page_title = gettext_lazy("Issue the document")
    header_icon = "rotate"
    crumbs = (Crumb("backoffice-documents-waiting", gettext_lazy("Documents that wait")),)
    object: DocumentRequest

    def get_object(self) -> DocumentRequest:
        rows = DocumentRequest.objects.select_related("invoice", "customer")
        request: DocumentRequest = get_object_or_404(rows, pk=self.kwargs["pk"])
        return request

    def get_page_subtitle(self) -> str:
        return f"{self.object.get_kind_display()} {self.object.invoice or ''}".strip()

    def get_success_url(self) -> str:
        return reverse("backoffice-documents-waiting")

    def preview(self, form: Any) -> list[str]:
        request = self.object
        if request.status not in (RequestStatus.FAILED, RequestStatus.WAITING):
            raise Refused(_("This document is issued, or not needed."))
        said = [request.problem_text] if request.problem_text else []
        return [*said, _("The worker tries to issue it within a few seconds.")]

    def perform(self, form: Any) -> Outcome:
        before = str(self.object.get_status_display())
        rows = DocumentRequest.objects.filter(pk=self.object.pk)
        rows.update(
            status=RequestStatus.WAITING,
            next_attempt_at=clock.now(),
            forgiven_attempts=self.object.attempts,
            problem=[],
        )
        after = str(RequestStatus.WAITING.label)
        return Outcome(_("The worker tries it now."), {_("State"): before}, {_("State"): after})


class Print(ActView):
    """The chosen paper copies as one PDF, to be signed by hand."""

    permissions = (SEND,)
    action = PRINTED
    page_title = gettext_lazy("Print the chosen paper copies")
    header_icon = "print"
    crumbs = Retry.crumbs

    def get_object(self) -> Any:
        self.papers = chosen(self.request)
        return None

    def get_success_url(self) -> str:
        return reverse("backoffice-documents-printed") + "?" + urlencode({"id": [p.pk for p in self.papers]}, True)

    def preview(self, form: Any) -> list[str]:
        count = len(self.papers)
        told = ngettext("%(count)d document in one PDF.", "%(count)d documents in one PDF.", count) % {"count": count}
        return [told, _("Seal and signature are not printed on them: they are put by hand.")]

    def perform(self, form: Any) -> Outcome:
        papers.printed(self.papers)
        return Outcome(_("Noted as printed."))

    def record(self, outcome: Outcome, form: Any) -> None:
        for paper in self.papers:
            self.object = paper.document
            super().record(outcome, form)


class Printed(StaffOnly, View):
    """The PDF of several paper copies; reading it changes nothing."""

    permissions = (SEND,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        ids = chosen_ids(request.GET)
        rows = list(PaperCopy.objects.filter(pk__in=ids).select_related("document__invoice", "document__customer"))
        if not rows:
            raise Http404
        if not all(page.shows_payer(row.document, request.user) for row in rows):
            return refuse(request, (KEEPS_BOOKS,))
        return page.attachment(papers.to_print(rows), f"documents-{clock.today():%Y-%m-%d}.pdf")


def chosen(request: HttpRequest) -> Sequence[PaperCopy]:
    """The unposted paper copies of the chosen rows of the list. Raises Http404 without any."""
    rows = PaperCopy.objects.filter(document__request__in=chosen_ids(request.GET)).exclude(status=PaperStatus.POSTED)
    found = list(rows.select_related("document__invoice", "document__customer"))
    if not found:
        raise Http404
    return found
