"""The lists of what is sent and of what arrives."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, BulkActionsCheckboxColumn, Column

from storefront.backoffice.days import Days
from storefront.backoffice.messages import cells, private, words
from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import ListPage
from storefront.backoffice.rights import has_any
from storefront.backoffice.search import within
from storefront.core.log_masking import mask
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import addresses
from storefront.notifications.models import DeliveryStatus, OutboxMessage, OutboxStatus

VIEW_MAILS, ACT_ON_MAILS = "notifications.view_outboxmessage", "notifications.resend_message"
VIEW_WEBHOOKS, ACT_ON_WEBHOOKS = "inbox.view_inboundevent", "inbox.retry_event"


class MailFilters(WagtailFilterSet):
    """State, which message, what the mail company reported, day."""

    status = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=OutboxStatus.choices, widget=forms.CheckboxSelectMultiple
    )
    template = django_filters.MultipleChoiceFilter(
        label=_("Mail"), choices=words.mail_choices, widget=forms.CheckboxSelectMultiple
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Other messages"), choices=words.kind_choices, widget=forms.CheckboxSelectMultiple
    )
    delivery_status = django_filters.MultipleChoiceFilter(
        label=_("Reported by the mail company"), choices=DeliveryStatus.choices, widget=forms.CheckboxSelectMultiple
    )
    created_at = Days(label=_("Written"))

    class Meta:
        model = OutboxMessage
        fields: list[str] = []


class WebhookFilters(WagtailFilterSet):
    """State, sender, day."""

    status = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=InboundStatus.choices, widget=forms.CheckboxSelectMultiple
    )
    source = django_filters.MultipleChoiceFilter(
        label=_("From"), choices=words.source_choices, widget=forms.CheckboxSelectMultiple
    )
    received_at = Days(label=_("Received"))

    class Meta:
        model = InboundEvent
        fields: list[str] = []


class MessageList(ListPage):
    """What both lists share."""

    header_icon = "mail"
    template_name = "backoffice/messages/list.html"
    shown: tuple[BaseColumn, ...]
    act: str

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """With boxes to choose rows for those who may act on them."""
        box = BulkActionsCheckboxColumn("bulk_actions", obj_type="message")
        return [box, *self.shown] if self.may_act else list(self.shown)

    @property
    def may_act(self) -> bool:
        return has_any(self.request.user, (self.act,))

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(*args, **kwargs) | {"may_act": self.may_act}

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        row: dict[str, Any] = super().to_row_dict(item)
        return row | {"last_error": mask(row["last_error"])}


class MailList(MessageList):
    """The outbox, the latest first."""

    model = OutboxMessage
    permissions = (VIEW_MAILS, ACT_ON_MAILS)
    page_title = _("Mails")
    empty_text = _("The shop has not written a mail yet.")
    index_url_name = "backoffice-mails"
    index_results_url_name = "backoffice-mails-results"
    default_ordering = "-created_at"
    filterset_class = MailFilters
    search_fields = ["recipient", "subject", "key", "provider_reference"]
    act = ACT_ON_MAILS
    shown = (
        cells.MessageCell("subject", label=_("Message")),
        Column("recipient", label=pgettext_lazy("recipient", "To"), sort_key="recipient", classname="bo-host"),
        cells.StateCell("status", label=_("State"), sort_key="next_attempt_at"),
        cells.MomentCell("created_at", label=_("Written"), when=lambda row: row.created_at, sort_key="created_at"),
    )
    export_filename = "mails"
    list_export = [
        "created_at", "kind", "template", "recipient", "subject", "status", "attempts", "next_attempt_at", "sent_at",
        "delivery_status", "delivery_at", "last_error", "key",
    ]  # fmt: skip
    export_headings = {
        "last_error": _("Error"),
        "template": _("Mail"),
        "created_at": _("Written"),
        "status": _("State"),
    }

    def get_base_queryset(self) -> QuerySet[OutboxMessage]:
        """What programs were sent is shown only to who asks for it; what they were not sent, always."""
        rows: QuerySet[OutboxMessage] = super().get_base_queryset()
        if self.request.GET.getlist("kind"):
            return rows
        return rows.exclude(kind__in=list(words.OTHERS), status=OutboxStatus.SENT)

    def search_queryset(self, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """By recipient, subject (not of mails about tickets, which not all may read), key and the company's id."""
        if not self.is_searching:
            return queryset
        typed = self.search_query.strip()
        by_keys = Q(key__startswith=typed) | Q(provider_reference__startswith=typed)
        own = OutboxMessage.objects.filter(by_keys).order_by().values("pk")
        return within.among(queryset, [*within.found(Kind.MAIL, typed), own])

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        row = super().to_row_dict(item)
        return row | {"subject": ""} if private.is_hidden(item, self.request.user) else row

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        if not self.is_export:
            mark_addresses(context["page_obj"])
        return context


class WebhookList(MessageList):
    """The inbox, the latest first."""

    model = InboundEvent
    permissions = (VIEW_WEBHOOKS, ACT_ON_WEBHOOKS)
    page_title = _("Webhooks")
    empty_text = _("No payment provider and no Bitrix24 has sent a message yet.")
    header_icon = "link-external"
    index_url_name = "backoffice-webhooks"
    index_results_url_name = "backoffice-webhooks-results"
    default_ordering = "-received_at"
    filterset_class = WebhookFilters
    search_fields = ["event_id", "summary", "reference"]
    act = ACT_ON_WEBHOOKS
    shown = (
        cells.MessageCell("summary", label=_("Webhook")),
        Column("source", label=_("From"), accessor=lambda row: words.source(row.source), sort_key="source"),
        cells.StateCell("status", label=_("State"), sort_key="next_attempt_at"),
        cells.MomentCell("received_at", label=_("Received"), when=lambda row: row.received_at, sort_key="received_at"),
    )
    export_filename = "webhooks"
    list_export = [
        "received_at", "source", "summary", "reference", "event_id", "status", "attempts", "copies", "processed_at",
        "next_attempt_at", "last_error",
    ]  # fmt: skip
    export_headings = {"last_error": _("Error"), "source": _("From"), "status": _("State")}


def mark_addresses(rows: Page[OutboxMessage] | list[OutboxMessage]) -> None:
    """Note at each mail what is known about its address, in one query."""
    known = addresses.find_all(row.recipient for row in rows if row.recipient)
    for row in rows:
        row.address = known.get(row.recipient)  # type: ignore[attr-defined]
