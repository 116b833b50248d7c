"""The list of tickets: chats, messages of the contact form and tickets of the account, in queues."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column

from storefront.backoffice.columns import InstantColumn
from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import ListPage
from storefront.backoffice.search import within
from storefront.backoffice.tickets.filters import Queue, TicketFilters, condition
from storefront.support import queries, rights
from storefront.support.models import Conversation, Message


class TitleCell(BaseColumn):
    """The visitor, the latest text, and whether staff has seen it."""

    cell_template_name = "backoffice/tickets/title_cell.html"

    def get_cell_context_data(self, instance: Conversation, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"url": reverse("support-conversation", args=[instance.pk])}


class StatusCell(BaseColumn):
    """The status, and whether the answer is late."""

    cell_template_name = "backoffice/tickets/status_cell.html"


def _assignee(ticket: Conversation) -> str:
    return (ticket.assignee.get_full_name() or ticket.assignee.email) if ticket.assignee else "–"


class TicketList(ListPage):
    """Newest first. What was merged into another is not listed: it is read there."""

    model = Conversation
    permissions = rights.SEE
    page_title = _("Tickets")
    header_icon = "comment"
    empty_text = _("Nobody has written yet. Chats, messages of the contact form and tickets of customers arrive here.")
    results_template_name = "backoffice/tickets/list_results.html"
    index_url_name = "support-list"
    index_results_url_name = "support-list-results"
    default_ordering = "-last_message_at"
    filterset_class = TicketFilters
    search_fields = ["number", "name", "email", "subject", "customer__email", "customer__name"]
    export_filename = "tickets"
    columns = [
        TitleCell("person", label=_("Who and what")),
        StatusCell("status", label=_("Status"), sort_key="status"),
        Column("department", label=_("Department"), sort_key="department"),
        Column("assignee", label=_("Assigned to"), accessor=_assignee, sort_key="assignee"),
        InstantColumn("due_at", label=_("Answer due"), sort_key="due_at"),
        InstantColumn("last_message_at", label=_("Last message"), sort_key="last_message_at"),
    ]
    list_export = [
        "number", "kind", "status", "department", "assignee", "name", "email", "customer", "subject", "language",
        "created_at", "last_message_at", "due_at", "closed_at", "rating", "rating_text",
    ]  # fmt: skip
    export_headings = {
        "number": _("Number"),
        "kind": _("Kind"),
        "status": _("Status"),
        "department": _("Department"),
        "assignee": _("Assigned to"),
        "name": _("Name"),
        "email": _("E-mail"),
        "customer": _("Customer"),
        "subject": _("Subject"),
        "language": _("Language"),
        "created_at": _("Opened"),
        "last_message_at": _("Last message"),
        "due_at": _("Answer due"),
        "closed_at": _("Closed"),
        "rating": _("Rating"),
        "rating_text": _("Words about it"),
    }

    def get_base_queryset(self) -> QuerySet[Conversation]:
        listed = Conversation.objects.filter(merged_into=None)
        return queries.with_last_text(listed.select_related("customer", "department", "assignee"))

    def search_queryset(self, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """Also by what was written. Lists of keys, no join: a ticket is found once."""
        if not self.is_searching:
            return queryset
        written = Message.objects.filter(text__icontains=self.search_query).order_by().values("conversation")
        return within.among(queryset, [*within.found(Kind.CONVERSATION, self.search_query), written])

    def to_row_dict(self, item: Conversation) -> dict[str, Any]:
        row = {name: getattr(item, name) for name in self.list_export}
        assignee = item.assignee.email if item.assignee else ""
        return row | {
            "kind": item.get_kind_display(),
            "status": item.get_status_display(),
            "department": str(item.department or ""),
            "assignee": assignee,
            "customer": item.customer.email if item.customer else "",
        }

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return context | {"queues": self._queues()}

    def _queues(self) -> list[dict[str, Any]]:
        """The queues with how much is in each; one query."""
        listed, pk = Conversation.objects.filter(merged_into=None), self.request.user.pk
        counts = listed.aggregate(**{queue.value: Count("pk", filter=condition(queue, user_pk=pk)) for queue in Queue})
        return [
            {
                "label": queue.label,
                "count": counts[queue.value],
                "url": f"{self.index_url}?queue={queue.value}",
                "is_current": self.request.GET.get("queue") == queue.value,
            }
            for queue in Queue
        ]
