"""Wagtail's menu and addresses for the staff that looks after money. Imported when the app is ready."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms.review import views


class ReviewMenuItem(MenuItem):
    """Seen by those who may see what it leads to."""

    def is_shown(self, request: HttpRequest) -> bool:
        return views.may_see(request.user)


@hooks.register("register_admin_urls")
def review_addresses() -> list[URLPattern]:
    return [
        path("review/", views.index, name="review-list"),
        path("review/<int:pk>/", views.detail, name="review-detail"),
        path("review/<int:pk>/resolve/", views.resolve, name="review-resolve"),
    ]


@hooks.register("register_admin_menu_item")
def review_menu_item() -> MenuItem:
    return ReviewMenuItem(_("Money to review"), reverse_lazy("review-list"), icon_name="warning", order=160)


@hooks.register("register_permissions")
def review_permissions() -> QuerySet[Permission]:
    """Offered beside the other rights when a group is edited."""
    return Permission.objects.filter(
        content_type__app_label="billing", codename__in=("view_reviewitem", "change_reviewitem")
    )
