"""The list of conversations in Wagtail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn
from wagtail.admin.views.generic import IndexView
from wagtail.permission_policies import ModelPermissionPolicy

from storefront.support import queries
from storefront.support.models import Conversation
from storefront.support.staff import rights


class TitleCell(BaseColumn):
    """The visitor, the latest text, and whether staff has seen it."""

    cell_template_name = "support/staff/title_cell.html"

    def get_cell_context_data(self, instance: Conversation, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"url": reverse("support-conversation", args=[instance.pk])}


class StatusCell(BaseColumn):
    cell_template_name = "support/staff/status_cell.html"


class Index(IndexView):
    """Newest first; the filter finds those that wait for an answer."""

    model = Conversation
    permission_policy = ModelPermissionPolicy(Conversation)
    any_permission_required = ["change", "view"]
    page_title = _("Conversations")
    header_icon = "comment"
    index_url_name = "support-list"
    index_results_url_name = "support-list-results"
    default_ordering = "-last_message_at"
    paginate_by = 50
    list_filter = ["status", "kind"]
    search_fields = ["name", "email", "subject", "customer__email", "customer__name", "messages__text"]
    list_export: list[str] = []
    columns = [
        TitleCell("person", label=_("Who")),
        StatusCell("status", label=_("Status"), sort_key="status"),
        Column("kind", label=_("Kind"), accessor="get_kind_display"),
        Column("page_url", label=_("Written from")),
        DateColumn("last_message_at", label=_("Last message"), sort_key="last_message_at"),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not rights.may_see(request.user):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_base_queryset(self) -> QuerySet[Conversation]:
        return queries.with_last_text(Conversation.objects.select_related("customer"))

    def search_queryset(self, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        matches: QuerySet[Conversation] = super().search_queryset(queryset)
        return matches.distinct() if self.is_searching else matches
