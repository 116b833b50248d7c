"""The customer's forms: a new ticket, a further message, the rating."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.core import references, throttle
from storefront.core.form_fields import ManyLinesField, OneLineField
from storefront.support.file_field import FilesField
from storefront.support.models import Department
from storefront.support.services.conversations import About
from storefront.support.spam import too_many
from storefront.support.tickets import subjects
from storefront.users.models import User

MAX_TEXT = 5000
_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)


class _Form(forms.Form):
    """``key``: the form's id, so that sending it twice writes once. ``limit``: its name in settings.THROTTLES."""

    limit = ""
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, customer: User, **kwargs: Any) -> None:
        initial = {"key": references.public_id()} | kwargs.pop("initial", {})
        super().__init__(data, files, label_suffix="", initial=initial, **kwargs)
        self.customer = customer

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        return key if _KEY.fullmatch(key) else references.public_id()

    def full_clean(self) -> None:
        """Every try counts, also one that is refused, before its files are unfolded."""
        refused: throttle.Throttled | None = None
        if self.is_bound:
            try:
                throttle.hit_key(self.limit, str(self.customer.pk))
            except throttle.Throttled as exc:
                refused = exc
        files: Any = self.fields["files"]
        files.is_read = refused is None
        super().full_clean()
        if refused is not None:
            self.add_error(None, too_many(refused))


class TicketForm(_Form):
    """A new ticket. Without departments to choose from there is no such field."""

    limit = "ticket-begin"
    department = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose who your question is for.")},
    )
    about = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This is none of your invoices, licenses or orders.")},
    )
    subject = OneLineField(
        label=gettext_lazy("Subject"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say in a few words what it is about.")},
    )
    text = ManyLinesField(
        label=gettext_lazy("Message"),
        rows=8,
        max_length=MAX_TEXT,
        error_messages={"required": gettext_lazy("Write your message.")},
    )
    files = FilesField()  # type: ignore[assignment]  # Django takes fields out of the class
    field_order = ["department", "about", "subject", "text", "files", "key"]

    def __init__(self, data: Any = None, files: Any = None, *, customer: User, **kwargs: Any) -> None:
        super().__init__(data, files, customer=customer, **kwargs)
        offered = Department.objects.filter(is_offered=True)
        department: Any = self.fields["department"]
        department.queryset = offered
        department.label_from_instance = _named
        wanted = str((data or self.initial).get("about", ""))
        about: Any = self.fields["about"]
        about.choices = subjects.choices(customer, also=wanted)
        if not offered.exists():
            del self.fields["department"]
        if len(about.choices) == 1:
            del self.fields["about"]

    @property
    def chosen(self) -> About:
        return subjects.find(self.customer, self.cleaned_data.get("about", ""))


def _named(department: Department) -> str:
    description = department.text("description")
    return f"{department} – {description}" if description else str(department)


class ReplyForm(_Form):
    """A further message."""

    limit = "ticket-send"
    text = ManyLinesField(
        label=gettext_lazy("Your message"),
        rows=5,
        max_length=MAX_TEXT,
        error_messages={"required": gettext_lazy("Write your message.")},
    )
    files = FilesField()  # type: ignore[assignment]  # Django takes fields out of the class
    field_order = ["text", "files", "key"]


class RatingForm(forms.Form):
    """One to five, and words if one likes."""

    stars = forms.TypedChoiceField(
        label=gettext_lazy("How did we help you?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose 1 to 5.")},
    )
    words = OneLineField(label=gettext_lazy("What was good, what was not?"), max_length=1000, required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        stars: Any = self.fields["stars"]
        stars.choices = [
            (5, _("5 – very well")), (4, _("4 – well")), (3, _("3 – somewhat")), (2, _("2 – badly")),
            (1, _("1 – not at all")),
        ]  # fmt: skip
