"""Paper copies printed in one go: asked for, made by the worker, fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from storefront.backoffice.acts import ActView, Outcome
from storefront.backoffice.documents import page
from storefront.backoffice.documents.acts import Retry
from storefront.backoffice.documents.lists import SEND
from storefront.backoffice.orders.acts.bulk import chosen_ids
from storefront.backoffice.pages import ActLink, DetailPage, Fact
from storefront.backoffice.rights import StaffOnly
from storefront.billing.documents import print_runs
from storefront.billing.documents.models import PaperCopy, PaperStatus, PrintRun, PrintStatus
from storefront.core.instants import day_of, instant

PRINTED = "documents.print"


class Print(ActView):
    """Have the chosen paper copies made into one PDF, to be signed by hand."""

    permissions = (SEND,)
    action = PRINTED
    page_title = gettext_lazy("Print the chosen paper copies")
    header_icon = "doc-full-inverse"
    crumbs = Retry.crumbs
    run: PrintRun | None = None

    def get_object(self) -> Any:
        self.papers = chosen(self.request)
        return None

    def get_success_url(self) -> str:
        if self.run is None:
            return reverse("backoffice-documents-waiting")
        return reverse("backoffice-documents-printed", args=[self.run.public_id])

    def preview(self, form: Any) -> list[str]:
        count = len(self.papers)
        told = ngettext("%(count)d document in one PDF.", "%(count)d documents in one PDF.", count) % {"count": count}
        return [told, _("Seal and signature are not printed on them: they are put by hand.")]

    def perform(self, form: Any) -> Outcome:
        self.run = print_runs.ask(self.papers, by=self.user)
        return Outcome(_("The file is being made."))

    def record(self, outcome: Outcome, form: Any) -> None:
        for paper in self.papers:
            self.object = paper.document
            super().record(outcome, form)


class PrintRunPage(DetailPage):
    """What has become of the file. Looking again is following its own link, so that it needs no script."""

    permissions = (SEND,)
    page_title = gettext_lazy("Paper copies to print")
    header_icon = "doc-full-inverse"
    template_name = "backoffice/documents/print_run.html"
    crumbs = Retry.crumbs

    @cached_property
    def run(self) -> PrintRun:
        return found(self.kwargs["public_id"])

    def facts(self) -> Iterable[Fact]:
        yield Fact(_("State"), self.run.get_status_display())
        yield Fact(_("Documents"), self.run.papers.count())
        yield Fact(_("Asked for"), instant(self.run.asked_at, "short"))
        yield Fact(_("By"), self.run.asked_by.get_full_name() or self.run.asked_by.email)

    def acts(self) -> Iterable[ActLink]:
        args = [self.run.public_id]
        if self.run.status == PrintStatus.READY:
            url = reverse("backoffice-documents-printed-pdf", args=args)
            yield ActLink(_("Download PDF"), url, SEND, "download")
        elif self.run.status == PrintStatus.WAITING:
            yield ActLink(_("Look again"), reverse("backoffice-documents-printed", args=args), SEND, "rotate")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        until = self.run.asked_at + print_runs.KEEP
        return context | {"run": self.run, "until": until, "documents": self.run.papers.select_related("document")}


class PrintRunFile(StaffOnly, View):
    permissions = (SEND,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        run = found(public_id)
        if run.status != PrintStatus.READY:
            raise Http404
        try:
            with run.file.open() as file:
                return page.attachment(file.read(), f"documents-{day_of(run.asked_at):%Y-%m-%d}.pdf")
        except FileNotFoundError:
            raise Http404 from None


def found(public_id: str) -> PrintRun:
    """Raises Http404."""
    run: PrintRun = get_object_or_404(PrintRun.objects.select_related("asked_by"), public_id=public_id)
    return run


def chosen(request: HttpRequest) -> Sequence[PaperCopy]:
    """The unposted paper copies of the chosen rows of the list. Raises Http404 without any."""
    rows = PaperCopy.objects.filter(document__request__in=chosen_ids(request.GET)).exclude(status=PaperStatus.POSTED)
    copies = list(rows.select_related("document__invoice", "document__customer"))
    if not copies:
        raise Http404
    return copies
