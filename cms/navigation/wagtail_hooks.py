"""The menu 'Site' of Wagtail: main menu, footer, notices, the text of the missing page; each in every language."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.edit_conflicts.views import OneEditorAtATime
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from storefront.core.instants import instant, zone_name

#: Read for each form: staff may have chosen time zones of their own.
zone_hint = lazy(lambda: gettext("Time zone: %(zone)s.") % {"zone": zone_name()}, str)()


def end_of(notice: Notice) -> str:
    return instant(notice.ends_at, "short") if notice.ends_at else gettext("until it is deleted")


class OnePerLanguageViewSet(OneEditorAtATime, SnippetViewSet):
    """No copies: there is one row for each language."""

    copy_view_enabled = False
    list_display = ["__str__", "locale", UpdatedAtColumn(), "live"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._default_manager.select_related("locale")


class MenuViewSet(OnePerLanguageViewSet):
    model = Menu
    icon = "list-ul"
    menu_label = _("Main menu")
    panels = [FieldPanel("items")]


class FooterViewSet(OnePerLanguageViewSet):
    model = Footer
    icon = "dots-horizontal"
    menu_label = _("Footer")
    panels = [
        FieldPanel("text"),
        FieldPanel("columns", help_text=_("Links, from left to right, after the seller.")),
        FieldPanel("shows_agreements"),
    ]


class NoticeViewSet(OneEditorAtATime, SnippetViewSet):
    model = Notice
    icon = "warning"
    menu_label = _("Notices")
    list_display = [
        "text",
        Column("status", label=_("Status")),
        Column("starts_at", label=_("From"), accessor=lambda n: instant(n.starts_at, "short"), sort_key="starts_at"),
        Column("ends_at", label=_("Until"), accessor=end_of, sort_key="ends_at"),
        "locale",
    ]
    list_filter = ["kind", "where"]
    panels = [
        FieldPanel("text"),
        MultiFieldPanel(
            [FieldPanel("link_page"), FieldPanel("link_address"), FieldPanel("link_label")],
            heading=_("Link"),
            help_text=_("For more than fits into one line."),
        ),
        FieldPanel("kind", help_text=_("How urgent it looks.")),
        FieldPanel("where", help_text=_("On which pages it is shown.")),
        FieldRowPanel(
            [FieldPanel("starts_at"), FieldPanel("ends_at")],
            heading=_("When"),
            help_text=format_lazy("{} {}", _("It begins and ends automatically, to the minute."), zone_hint),
        ),
        FieldPanel("is_dismissible"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return Notice.objects.select_related("locale")


class NotFoundTextViewSet(OnePerLanguageViewSet):
    model = NotFoundText
    icon = "help"
    menu_label = _("Missing page (404)")
    panels = [FieldPanel("title"), FieldPanel("text"), FieldPanel("pages")]


class SiteGroup(SnippetViewSetGroup):
    items = (MenuViewSet, FooterViewSet, NoticeViewSet, NotFoundTextViewSet)
    menu_label = _("Site")
    menu_icon = "site"
    menu_order = 170


register_snippet(SiteGroup)
