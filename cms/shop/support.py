"""Lists and forms of the menu 'Ticket settings': departments, opening hours, canned answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, ObjectList
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet, SnippetViewSetGroup

from cms.edit_conflicts.value_log import Changes
from cms.edit_conflicts.views import EditView, OneEditorAtATime
from cms.groups import FreshLogin
from cms.shop.forms.languages import in_all_languages, side_by_side
from storefront.support.models import CannedAnswer, Department, OpeningHours
from storefront.support.models.answers import known_placeholders
from storefront.users import staffing

_DepartmentTexts = in_all_languages(
    "DepartmentTexts",
    name=forms.CharField(label=_("Name"), max_length=80),
    description=forms.CharField(label=_("What it is for"), max_length=200),
)


class DepartmentForm(_DepartmentTexts):  # type: ignore[misc, valid-type]
    """At most one department gets chats and messages of the contact form."""

    @transaction.atomic
    def save(self, commit: bool = True) -> models.Model:
        if self.cleaned_data["is_default"]:
            Department.objects.filter(is_default=True).exclude(pk=self.instance.pk).update(is_default=False)
        return super().save(commit)


_CannedAnswerTexts = in_all_languages(
    "CannedAnswerTexts",
    text_body=forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 8}), validators=[known_placeholders]
    ),
)


class CannedAnswerForm(_CannedAnswerTexts):  # type: ignore[misc, valid-type]
    pass


class DepartmentCreateView(FreshLogin, CreateView):
    """As ``DepartmentEditView``."""

    serious_right = "support.add_department"

    def save_instance(self) -> Department:
        department: Department = super().save_instance()
        title = gettext_noop("A department was added")
        staffing.tell_owners(by=self.request.user, title=title, lines=[f"{department}: {department.email}"])
        return department


class DepartmentEditView(FreshLogin, EditView):
    """Where tickets go: needs a fresh log-in, and all owners are told what was changed."""

    serious_right = "support.change_department"

    def saved(self, changes: Changes, states: Mapping[str, Any] | None) -> None:
        if changes:
            title = gettext_noop("A department was changed")
            staffing.tell_owners(by=self.request.user, title=title, lines=[str(self.object), *changes.lines])


class DepartmentViewSet(OneEditorAtATime, SnippetViewSet):
    model = Department
    add_view_class = DepartmentCreateView
    edit_view_class = DepartmentEditView
    icon = "group"
    menu_label = _("Departments")
    list_display = ["__str__", "email", "answer_hours", "is_offered", "is_default"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            side_by_side("name"),
            side_by_side("description", help_text=_("Shown to customers beside the name.")),
            FieldPanel("email", help_text=_("Told of new tickets and of late answers. Empty: the address of staff.")),
            FieldPanel("answer_hours", help_text=_("Counted in the opening hours. Empty: no time is set.")),
            FieldRowPanel([FieldPanel("is_offered"), FieldPanel("is_default"), FieldPanel("sort_order")]),
        ],
        base_form_class=DepartmentForm,
    )


class OpeningHoursViewSet(OneEditorAtATime, SnippetViewSet):
    model = OpeningHours
    icon = "time"
    menu_label = _("Opening hours")
    list_display = ["__str__"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            HelpPanel(content=_("Times within which answers are due count these hours only. Without any, all hours.")),
            FieldRowPanel([FieldPanel("weekday"), FieldPanel("opens"), FieldPanel("closes")]),
        ]
    )


class CannedAnswerViewSet(OneEditorAtATime, SnippetViewSet):
    model = CannedAnswer
    icon = "doc-full"
    menu_label = _("Canned answers")
    list_display = ["title", "department"]
    search_fields = ["title", "text_body"]
    search_backend_name = None
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldPanel("department"),
            side_by_side(
                "text_body",
                help_text=_(
                    "Filled in: {name} {number} {subject} {order} {invoice} {license} {agent} {shop}. The customer "
                    "gets it in the language of the ticket."
                ),
            ),
        ],
        base_form_class=CannedAnswerForm,
    )


class TicketSettingsGroup(SnippetViewSetGroup):
    items = (DepartmentViewSet, OpeningHoursViewSet, CannedAnswerViewSet)
    menu_label = _("Ticket settings")
    menu_icon = "cog"
    menu_order = 155
    add_to_settings_menu = True
