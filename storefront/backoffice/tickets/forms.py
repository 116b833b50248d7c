"""Forms of staff on a ticket."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from storefront.core import references
from storefront.core.form_fields import ManyLinesField
from storefront.support import queries, rights
from storefront.support.file_field import FilesField
from storefront.support.models import CannedAnswer, Conversation, Department
from storefront.users.models import User


class AnswerForm(forms.Form):
    """An answer. ``key``: the form's id, so that sending it twice makes one answer; ``seen``: number of the last
    message its author had before them."""

    text = ManyLinesField(
        label=_("Answer"),
        rows=7,
        max_length=5000,
        help_text=_("Plain text. Addresses become links. The visitor reads it here, or by mail if they have left."),
        error_messages={"required": _("Write your answer.")},
    )
    files = FilesField()  # type: ignore[assignment]  # Django takes fields out of the class
    canned = forms.ModelChoiceField(
        queryset=CannedAnswer.objects.none(), label=_("Canned answer"), required=False, empty_label=_("None")
    )
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, conversation: Conversation, seen: int = 0, text: str = ""
    ) -> None:
        initial = {"key": references.public_id(), "seen": seen, "text": text}
        super().__init__(data, files, label_suffix="", initial=initial)
        canned: Any = self.fields["canned"]
        canned.queryset = queries.canned_for(conversation)

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or references.public_id()


class NoteForm(forms.Form):
    text = ManyLinesField(
        label=_("Internal note"),
        rows=3,
        max_length=5000,
        help_text=_("Only staff see it. It is never shown or mailed to the customer."),
        error_messages={"required": _("Write your note.")},
    )
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="note-%s", initial={"key": references.public_id()})

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or references.public_id()


class AssignForm(forms.Form):
    """Who answers it, and in which department. ``expected``: who had it when the form was shown."""

    assignee = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Assigned to"), required=False, empty_label=_("Nobody")
    )
    department = forms.ModelChoiceField(
        queryset=Department.objects.none(), label=_("Department"), required=False, empty_label=_("None")
    )
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, conversation: Conversation) -> None:
        initial = {
            "assignee": conversation.assignee_id,
            "department": conversation.department_id,
            "expected": conversation.assignee_id,
        }
        super().__init__(data, label_suffix="", auto_id="assign-%s", initial=initial)
        assignee: Any = self.fields["assignee"]
        assignee.queryset = rights.those_who_answer()
        assignee.label_from_instance = lambda user: user.get_full_name() or user.email
        department: Any = self.fields["department"]
        department.queryset = Department.objects.all()
