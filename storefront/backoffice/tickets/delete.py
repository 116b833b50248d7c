"""A closed ticket is deleted, with messages, notes and files. The log keeps who did it and why, none of the text."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice import history
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.tickets.page import LIST
from storefront.support import rights
from storefront.support.models import Conversation


class Delete(ActView):
    permissions = (rights.DELETE,)
    action = "support.delete"
    page_title = gettext_lazy("Delete the ticket")
    is_serious = True
    object: Conversation
    is_deleted = False

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (LIST, Crumb("support-conversation", self.object.number, (self.kwargs["pk"],)))

    def get_object(self) -> Conversation:
        return get_object_or_404(Conversation.objects.select_related("customer"), pk=self.kwargs["pk"])

    def preview(self, form: Any) -> list[str]:
        if not self.object.is_closed:
            raise Refused(_("Close the ticket first: only closed ones are deleted."))
        count, files = self.object.messages.count(), self.object.attachments.count()
        return [
            ngettext("%(count)d message is deleted.", "%(count)d messages are deleted.", count) % {"count": count},
            ngettext("%(count)d file is deleted.", "%(count)d files are deleted.", files) % {"count": files},
            _("It cannot be brought back, and the customer no longer sees it either."),
        ]

    def perform(self, form: Any) -> Outcome:
        # Before, because afterwards it has no key.
        history.record(
            self.object, self.action, by=self.user, reason=form.cleaned_data["reason"], customer=self.object.customer
        )
        self.object.delete()
        self.is_deleted = True
        return Outcome(_("The ticket is deleted."))

    def record(self, outcome: Outcome, form: Any) -> None:
        """``perform`` has done it."""

    def get_success_url(self) -> str:
        if self.is_deleted:
            return reverse("support-list")
        return reverse("support-conversation", args=[self.kwargs["pk"]])
