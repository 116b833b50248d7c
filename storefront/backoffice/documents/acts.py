"""Acts on documents: send again, try again, mark as posted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.documents import page
from storefront.backoffice.documents.lists import SEND
from storefront.backoffice.pages import Crumb
from storefront.billing.documents import letters, mails, papers, retrying
from storefront.billing.documents.models import Document, DocumentRequest, PaperCopy, PaperStatus, RequestStatus
from storefront.core import clock

SENT, RETRIED, POSTED = "documents.send", "documents.retry", "documents.post"


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


class RetryForm(ActForm):
    """Asks for each text that the font cannot print how it is to be printed."""

    reason = forms.CharField(label=gettext_lazy("Remark"), max_length=1000, required=False)

    def __init__(self, *args: Any, texts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = {f"text_{at}": text for at, text in enumerate(texts)}
        for name, text in self.texts.items():
            readable = "".join(each for each in text if not letters.missing(each))
            self.fields[name] = forms.CharField(
                label=_("Print “%(text)s” as") % {"text": text}, initial=" ".join(readable.split()), max_length=500,
                help_text=_("In letters that can be printed, Latin or Cyrillic. The invoice itself stays as it is."),
            )  # fmt: skip
        self.order_fields([*self.texts, "reason"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in self.texts:
            if missing := letters.missing(data.get(name, "")):
                self.add_error(name, _("These letters cannot be printed: %(letters)s.") % {"letters": missing})
        return data

    @property
    def printed_as(self) -> dict[str, str]:
        return {text: self.cleaned_data[name] for name, text in self.texts.items()}


class Retry(ActView):
    """Try to issue a document once more that could not be. How its texts are to be printed is told to the other
    documents of its invoice, too, which cannot be printed either."""

    permissions = (SEND,)
    action = RETRIED
    page_title = gettext_lazy("Issue the document")
    template_name = "backoffice/documents/retry.html"
    header_icon = "rotate"
    crumbs = (Crumb("backoffice-documents-waiting", gettext_lazy("Documents that wait")),)
    form_class = RetryForm
    object: DocumentRequest

    def get_object(self) -> DocumentRequest:
        rows = DocumentRequest.objects.select_related("invoice", "customer")
        request: DocumentRequest = get_object_or_404(rows, pk=self.kwargs["pk"])
        return request

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"texts": retrying.unprintable(self.object)}

    def get_page_subtitle(self) -> str:
        return f"{self.object.get_kind_display()} {self.object.invoice or ''}".strip()

    def get_success_url(self) -> str:
        return reverse("backoffice-documents-waiting")

    def preview(self, form: Any) -> list[str]:
        request = self.object
        if request.status not in (RequestStatus.FAILED, RequestStatus.WAITING):
            raise Refused(_("This document is issued, or not needed."))
        said = [request.problem_text] if request.problem_text else []
        for text, printed in form.printed_as.items():
            said.append(_("“%(text)s” is printed as “%(printed)s”.") % {"text": text, "printed": printed})
        return [*said, _("The worker tries to issue it within a few seconds.")]

    def perform(self, form: Any) -> Outcome:
        before = {_("State"): str(self.object.get_status_display())}
        retrying.retry(self.object, printed_as=form.printed_as)
        after = {_("State"): str(RequestStatus.WAITING.label)}
        return Outcome(_("The worker tries it now."), before, after)
