"""Tickets in Wagtail: menu item, addresses, permissions, what the log calls the acts on them."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.menu import TICKETS, StaffMenuItem
from storefront.backoffice.tickets import acts, delete, listing, merge, page, satisfaction
from storefront.support import queries, rights
from storefront.support.models import Conversation

links.register_page(Conversation, "support-conversation", permissions=rights.SEE)

ACTIONS = {
    "support.assign": _("Assign a ticket"),
    "support.close": _("Close a ticket"),
    "support.reopen": _("Open a ticket again"),
    "support.merge": _("Merge two tickets"),
    "support.accept_mail": _("Take a mail from another address into a ticket"),
    "support.refuse_mail": _("Put a mail from another address aside"),
    "support.delete": _("Delete a ticket"),
}


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    one = "conversations/<int:pk>/"
    return [
        path("conversations/", listing.TicketList.as_view(), name="support-list"),
        path("conversations/results/", listing.TicketList.as_view(results_only=True), name="support-list-results"),
        path("conversations/satisfaction/", satisfaction.Satisfaction.as_view(), name="support-satisfaction"),
        path(one, page.TicketPage.as_view(), name="support-conversation"),
        path(f"{one}news/", page.News.as_view(), name="support-news"),
        path(f"{one}presence/", page.Presence.as_view(), name="support-presence"),
        path(f"{one}files/<slug:file_id>/", page.TicketFile.as_view(), name="support-file"),
        path(f"{one}answer/", acts.Answer.as_view(), name="support-answer"),
        path(f"{one}note/", acts.Note.as_view(), name="support-note"),
        path(f"{one}assign/", acts.Assign.as_view(), name="support-assign"),
        path(f"{one}turn/", acts.Turn.as_view(), name="support-turn"),
        path(f"{one}mails/<int:held_pk>/", acts.Decide.as_view(), name="support-held-mail"),
        path(f"{one}merge/", merge.Merge.as_view(), name="support-merge"),
        path(f"{one}delete/", delete.Delete.as_view(), name="support-delete"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Tickets"), reverse_lazy("support-list"), permissions=rights.SEE, icon_name="comment", name="tickets",
        order=TICKETS, counter=queries.unread_count,
    )  # fmt: skip


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Shown in Wagtail's form for groups."""
    of_tickets = ("view_conversation", "change_conversation", "delete_conversation")
    return Permission.objects.filter(content_type__app_label="support", codename__in=of_tickets)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    for action, label in ACTIONS.items():
        history.register(actions, action, label)
