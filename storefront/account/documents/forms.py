"""What the customer may ask for with a document."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.form_fields import EmailField, ManyLinesField

#: A statement goes back as far as documents are kept.
MOST_YEARS = 10


class SendForm(forms.Form):
    """To whom a document is mailed. There is no text of the customer's own: the mail is never a letter of theirs."""

    email = EmailField(label=_("E-mail of your accountant"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class PaperForm(forms.Form):
    """Where the signed paper is sent by post."""

    address = ManyLinesField(
        label=_("Postal address"),
        help_text=_("With the name of the receiver, postcode, city and country."),
        rows=5,
        min_length=20,
        max_length=400,
        error_messages={
            "required": _("Enter the address for the post."),
            "min_length": _("This is too short for an address: name, street, postcode, city, country."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class StatementForm(forms.Form):
    """The days that a reconciliation statement covers, both included."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = clock.today()
        kwargs["initial"] = {"first": date(today.year, 1, 1), "last": today} | kwargs.get("initial", {})
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last, today = data.get("first"), data.get("last"), clock.today()
        if first and first < date(today.year - MOST_YEARS, 1, 1):
            self.add_error("first", _("Documents are kept for ten years."))
        if last and last > today:
            self.add_error("last", _("This day is still to come."))
        if first and last and first > last:
            self.add_error("last", _("The period ends before it begins."))
        return data
