"""'Conversations' in Wagtail: menu item, URLs, permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from storefront.support import queries
from storefront.support.staff import listing, rights, views


class ConversationsMenuItem(MenuItem):
    """Shown to users who may read conversations, with the number of unread ones."""

    def is_shown(self, request: HttpRequest) -> bool:
        return rights.may_see(request.user)

    def render_component(self, request: HttpRequest) -> Any:
        unread = queries.unread_count()
        label = f"{self.label} ({unread})" if unread else self.label
        return LinkMenuItem(
            self.name, label, self.url, icon_name=self.icon_name, classname=self.classname, attrs=self.attrs
        )


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("conversations/", listing.Index.as_view(), name="support-list"),
        path("conversations/results/", listing.Index.as_view(results_only=True), name="support-list-results"),
        path("conversations/<int:pk>/", views.detail, name="support-conversation"),
        path("conversations/<int:pk>/news/", views.news, name="support-news"),
        path("conversations/<int:pk>/answer/", views.answer, name="support-answer"),
        path("conversations/<int:pk>/turn/", views.turn, name="support-turn"),
        path("conversations/<int:pk>/delete/", views.delete, name="support-delete"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return ConversationsMenuItem(
        _("Conversations"), reverse_lazy("support-list"), name="conversations", icon_name="comment", order=155
    )


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Shown in Wagtail's form for groups."""
    return Permission.objects.filter(
        content_type__app_label="support",
        codename__in=("view_conversation", "change_conversation", "delete_conversation"),
    )
