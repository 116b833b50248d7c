"""Two tickets of one customer become one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice import history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.tickets.page import LIST
from storefront.support import queries, rights
from storefront.support.errors import NotMergeable
from storefront.support.models import Conversation
from storefront.support.services import merging

WHY = {
    "same": gettext_lazy("Choose another ticket than this one."),
    "customer": gettext_lazy("Only tickets of the same customer, who was logged in, can become one."),
    "merged": gettext_lazy("One of them was merged meanwhile."),
}


class MergeForm(ActForm):
    target = forms.ModelChoiceField(
        queryset=Conversation.objects.none(),
        label=gettext_lazy("Into which ticket"),
        error_messages={"required": gettext_lazy("Choose the ticket that goes on.")},
    )
    field_order = ["target", "reason"]

    def __init__(self, *args: Any, source: Conversation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target: Any = self.fields["target"]
        target.queryset = queries.others_of(source)
        target.label_from_instance = lambda ticket: f"{ticket.number} · {ticket.subject or ticket.get_kind_display()}"


class Merge(ActView):
    permissions = (rights.CHANGE,)
    action = "support.merge"
    page_title = gettext_lazy("Merge into another ticket")
    form_class = MergeForm
    object: Conversation

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (LIST, Crumb("support-conversation", self.object.number, (self.object.pk,)))

    def get_object(self) -> Conversation:
        return get_object_or_404(Conversation.objects.select_related("customer"), pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"source": self.object}

    def preview(self, form: Any) -> list[str]:
        target = form.cleaned_data["target"]
        try:
            merging.check(source=self.object, target=target)
        except NotMergeable as refusal:
            raise Refused(WHY[refusal.code], "target") from refusal
        count = self.object.messages.count()
        moved = ngettext(
            "%(count)d message, with files and notes, moves to %(number)s, in the order of time.",
            "%(count)d messages, with files and notes, move to %(number)s, in the order of time.",
            count,
        )
        return [
            moved % {"count": count, "number": target.number},
            _("%(number)s is closed, and leads to the other one.") % {"number": self.object.number},
            _("This cannot be taken back."),
        ]

    def perform(self, form: Any) -> Outcome:
        target = form.cleaned_data["target"]
        try:
            merging.merge(source=self.object, target=target)
        except NotMergeable as refusal:
            raise Refused(WHY[refusal.code], "target") from refusal
        reason = form.cleaned_data["reason"]
        history.record(
            target, self.action, by=self.user, reason=reason, after={_("Merged from"): self.object.number},
            customer=target.customer,
        )  # fmt: skip
        self.merged_into = target
        said = _("%(source)s is part of %(target)s now.") % {"source": self.object.number, "target": target.number}
        return Outcome(said, {}, {_("Merged into"): target.number})

    def get_success_url(self) -> str:
        shown = getattr(self, "merged_into", self.object)
        return reverse("support-conversation", args=[shown.pk])
