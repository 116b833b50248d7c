"""Documents of orders that were paid before the shop issued any."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice import history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.documents.lists import SEND
from storefront.backoffice.documents.page import CRUMBS
from storefront.billing.documents import earlier
from storefront.billing.models import Invoice

EARLIER = "documents.earlier"
#: Asked for at once; the page says so and is used again for the others.
MOST = 300


class EarlierForm(ActForm):
    first = forms.DateField(
        label=gettext_lazy("Invoices from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["first", "last", "reason"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", _("The period ends before it begins."))
        return data


class Earlier(ActView):
    permissions = (SEND,)
    action = EARLIER
    page_title = gettext_lazy("Documents of earlier orders")
    header_icon = "history"
    form_class = EarlierForm
    crumbs = CRUMBS

    def get_object(self) -> Any:
        return None

    def get_success_url(self) -> str:
        return reverse("backoffice-documents")

    def found(self, form: Any) -> QuerySet[Invoice]:
        return earlier.invoices(form.cleaned_data["first"], form.cleaned_data["last"])

    def preview(self, form: Any) -> list[str]:
        count = self.found(form).count()
        if not count:
            raise Refused(_("Every paid invoice of these days has its documents."))
        told = ngettext(
            "%(count)d paid invoice has no documents.", "%(count)d paid invoices have no documents.", count
        ) % {"count": count}
        rest = [_("The oldest %(most)d are taken now; repeat it for the others.") % {"most": MOST}]
        return [
            told,
            *(rest if count > MOST else []),
            _("The worker issues invoices, receipts and acts, dated as if they had been issued then."),
            _("They are not mailed: customers find them under Documents."),
        ]

    def perform(self, form: Any) -> Outcome:
        last = list(self.found(form).values_list("pk", flat=True)[:MOST])
        counted = earlier.ask(Invoice.objects.filter(pk__in=last).order_by("issued_at", "pk"))
        self.about = Invoice.objects.get(pk=last[-1])
        return Outcome(_("The worker issues %(count)d documents.") % {"count": counted.total()}, after=dict(counted))

    def record(self, outcome: Outcome, form: Any) -> None:
        """At the latest of the invoices: the log needs a thing."""
        reason = form.cleaned_data["reason"]
        history.record(self.about, self.action, by=self.user, reason=reason, after=outcome.after)
