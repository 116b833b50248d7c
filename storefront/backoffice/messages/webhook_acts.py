"""Acts on a webhook: handle it now, give it up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.messages.acts import worker_warning
from storefront.backoffice.messages.lists import ACT_ON_WEBHOOKS
from storefront.backoffice.messages.pages import WEBHOOKS
from storefront.backoffice.messages.refusals import in_words
from storefront.backoffice.pages import Crumb
from storefront.inbox import repairs
from storefront.inbox.models import InboundEvent, InboundStatus


class WebhookAct(ActView):
    """What both acts share."""

    permissions = (ACT_ON_WEBHOOKS,)
    header_icon = "link-external"
    expected_errors = (*ActView.expected_errors, repairs.RepairError)
    object: InboundEvent

    def get_object(self) -> InboundEvent:
        return get_object_or_404(InboundEvent, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("backoffice-webhook", args=[self.kwargs["pk"]])

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        title = self.object.summary or self.object.event_id
        return (WEBHOOKS, Crumb("backoffice-webhook", title, (self.object.pk,)))

    def explain(self, error: Exception) -> Refused:
        return Refused(in_words(error)) if isinstance(error, repairs.RepairError) else super().explain(error)

    def check(self) -> None:
        """Raises Refused where it is over."""
        if self.object.status not in (InboundStatus.RECEIVED, InboundStatus.FAILED):
            raise Refused(in_words(repairs.AlreadyOver()))


class RetryWebhook(WebhookAct):
    """It is due at once."""

    action = "webhooks.retry"
    page_title = gettext_lazy("Try now")
    submit_label = gettext_lazy("Try now")

    def preview(self, form: Any) -> Iterator[str]:
        self.check()
        yield _("The worker handles it within a few seconds.")
        yield _("Nothing happens twice: a webhook is only a hint, and what it is about is asked of its sender.")
        yield from worker_warning()

    def perform(self, form: Any) -> Outcome:
        before = self.object.get_status_display()
        after = repairs.retry(event_id=self.object.pk).get_status_display()
        return Outcome(_("It is handled within a few seconds."), {_("State"): str(before)}, {_("State"): str(after)})


class GiveUpWebhook(WebhookAct):
    """It is not handled any more."""

    action = "webhooks.give_up"
    page_title = gettext_lazy("Give up")
    submit_label = gettext_lazy("Give up")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        self.check()
        yield _("It is never handled, and nobody is warned of it any more.")
        yield _("Its content is deleted: this cannot be undone.")
        if self.object.source in settings.MONEY_SOURCES:
            yield _("Payments are looked at without it, too: the shop asks the provider about every open one.")

    def perform(self, form: Any) -> Outcome:
        before = self.object.get_status_display()
        after = repairs.give_up(event_id=self.object.pk).get_status_display()
        return Outcome(_("Given up."), {_("State"): str(before)}, {_("State"): str(after)})
