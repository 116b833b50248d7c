"""Trying many messages at once: chosen in the list, or all that the worker gave up. Wagtail's bulk actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.bulk_action import BulkAction

from storefront.backoffice import history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.messages import about
from storefront.backoffice.messages.lists import ACT_ON_MAILS, ACT_ON_WEBHOOKS
from storefront.inbox import repairs as inbox
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import repairs
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users.models import User


class RetryMany(BulkAction):
    """What both share: a reason, an entry in the log for each, and those that cannot be tried are left as they are."""

    display_name = _("Try now")
    action_type = "retry"
    template_name = "backoffice/messages/bulk_retry.html"
    form_class: type[forms.Form] = ActForm
    permission: ClassVar[str]
    given_up: ClassVar[str]
    log_action: ClassVar[str]

    def __init__(self, request: HttpRequest, model: type[models.Model]) -> None:
        super().__init__(request, model)
        self.refused = 0

    def check_perm(self, obj: models.Model) -> bool:
        return bool(self.request.user.has_perm(self.permission))

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Iterable[int]:
        """All pages of the list: what the worker gave up, whatever else is shown."""
        rows: Iterable[int] = self.model.objects.filter(status=self.given_up).values_list("pk", flat=True)
        return rows

    def retry(self, pk: int) -> models.Model:
        raise NotImplementedError

    def get_execution_context(self) -> dict[str, Any]:
        return {"action": self}

    @classmethod
    def execute_action(cls, objects: list[Any], action: RetryMany, **kwargs: Any) -> tuple[int, int]:
        return action.retry_all(objects), 0

    def retry_all(self, objects: list[Any]) -> int:
        """Returns how many are due now."""
        by, reason = self.request.user, self.cleaned_form.cleaned_data["reason"]
        done = 0
        for row in objects:
            try:
                after = self.retry(row.pk)
            except (repairs.RepairError, inbox.RepairError):
                self.refused += 1
                continue
            states = ({str(_("State")): str(each.get_status_display())} for each in (row, after))  # type: ignore[union-attr]
            before, now = states
            history.record(
                row, self.log_action, by=by, reason=reason, before=before, after=now, customer=self.customer_of(row)
            )
            done += 1
        return done

    def customer_of(self, row: Any) -> User | None:
        return None

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        tried = ngettext("%(n)d message is tried now.", "%(n)d messages are tried now.", num_parent_objects)
        sentences = [tried % {"n": num_parent_objects}]
        if self.refused:
            left = ngettext(
                "%(n)d could not be: it is over, under way, or its address takes no mail.",
                "%(n)d could not be: they are over, under way, or their addresses take no mail.",
                self.refused,
            )
            sentences.append(left % {"n": self.refused})
        return " ".join(sentences)


class RetryMails(RetryMany):
    aria_label = _("Try the chosen messages now")
    models = [OutboxMessage]
    permission, given_up, log_action = ACT_ON_MAILS, OutboxStatus.DEAD, "messages.retry"

    def retry(self, pk: int) -> OutboxMessage:
        return repairs.retry(message_id=pk)

    def customer_of(self, row: OutboxMessage) -> User | None:
        return about.customer(row)


class RetryWebhooks(RetryMany):
    aria_label = _("Try the chosen webhooks now")
    models = [InboundEvent]
    permission, given_up, log_action = ACT_ON_WEBHOOKS, InboundStatus.FAILED, "webhooks.retry"

    def retry(self, pk: int) -> InboundEvent:
        return inbox.retry(event_id=pk)
