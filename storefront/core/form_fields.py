"""Form fields that normalize input and ask 'did you mean ...?' where it is valid but probably a typo.

The question is shown at its field by templates/includes/did_you_mean.html, without a script: one radio button for each
suggestion and one for the text as typed. The answer counts as long as the field still holds the text it was about.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.user_input import characters, emails, phones

EMAIL_ERRORS = {
    "empty": _("Enter your e-mail address."),
    "too_long": _("This is too long for an e-mail address."),
    "several": _("Enter one e-mail address."),
    "quoted": _("E-mail addresses with quotation marks cannot be used here. Enter another one."),
    "local_part": _("The part before @ may only have Latin letters, digits and signs like . _ - +, without blanks."),
    "address_literal": _("Enter the name of the mail provider after @ instead of an IP address."),
    "single_label": _("The ending is missing after @, for example .com."),
    "look_alike": _("This address mixes letters of different alphabets. Type it by hand, in Latin letters."),
    "not_public": _("This address works only inside your network. Enter one that gets mail from the internet."),
}
INVALID_EMAIL = _("Enter an e-mail address like name@example.com.")
DID_YOU_MEAN = _("Is %(text)s right? Please choose.")


@dataclass(frozen=True, slots=True)
class Question:
    """A question at a field about the text ``typed``, with ``suggestions``.

    ``may_keep``: the text as typed is valid as well. ``answer``: the choice; "" until it is made.
    """

    typed: str
    suggestions: tuple[str, ...]
    may_keep: bool = True
    answer: str = ""


def answer_to_question(data: Mapping[str, Any], name: str) -> str:
    """The choice at the field ``name``; "" if none was made, or if the text was changed since the question."""
    choice = str(data.get(f"{name}-choice") or "")
    is_same = _compared(data.get(f"{name}-asked")) == _compared(data.get(name))
    return choice if is_same else ""


def with_answers(names: Iterable[str]) -> list[str]:
    """The names of fields, each followed by the names under which the answer to its question is posted."""
    return [posted for name in names for posted in (name, f"{name}-asked", f"{name}-choice")]


def _compared(text: Any) -> str:
    # Browsers strip spaces and convert international domains.
    plain = characters.visible(unicodedata.normalize("NFKC", str(text or "")))
    return "".join(plain.split()).casefold()


class _Answered(str):
    """A text chosen as the answer to a question about ``asked``."""

    asked: str = ""


class AskingInput(forms.TextInput):
    """Replaces the typed text by the chosen one, marked as such."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        choice = answer_to_question(data, name)
        if not choice:
            return super().value_from_datadict(data, files, name)
        answered = _Answered(choice)
        answered.asked = str(data.get(f"{name}-asked"))
        return answered


class EmailInput(AskingInput):
    input_type = "email"


#: Input is cut to this length before parsing; the limits of the fields are far below.
_MAX_TYPED = 20_000


class OneLineField(forms.CharField):
    """Names, companies, subjects: see ``characters.one_line``."""

    def to_python(self, value: Any) -> str:
        return characters.one_line((super().to_python(value) or "")[:_MAX_TYPED])


class ManyLinesField(forms.CharField):
    """Messages: see ``characters.many_lines``."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        return characters.many_lines((super().to_python(value) or "")[:_MAX_TYPED])


class PhoneField(OneLineField):
    """A phone number as ``phones.read`` returns it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}))
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        number = phones.read(typed) if typed else ""
        if number is None:
            raise ValidationError(_("Enter a phone number, best with the country code: +49 30 1234567."), "invalid")
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # pasted text may be longer than the number in it


class EmailField(forms.CharField):
    """An e-mail address as ``emails.read`` returns it; asks about likely typos (``question``).

    ``asks=False``: for forms that look an existing address up.
    """

    question: Question | None = None
    widget = EmailInput

    def __init__(self, *, asks: bool = True, **kwargs: Any) -> None:
        self.asks = asks
        kwargs.setdefault("label", _("E-mail"))
        kwargs.setdefault("error_messages", {"required": EMAIL_ERRORS["empty"]})
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false", "maxlength": "320"}

    def clean(self, value: Any) -> str:
        self.question = None
        typed = super().clean(value)
        if not typed or self.disabled:  # an account's own address is taken as it is
            return str(typed)
        try:
            address = emails.read(typed)
        except emails.EmailError as exc:
            if self.asks and exc.suggestion:
                self.question = Question(typed, (exc.suggestion,), may_keep=False)
            raise ValidationError(EMAIL_ERRORS.get(exc.code, INVALID_EMAIL), exc.code) from None
        meant = emails.suggestion(address) if self.asks else ""
        if isinstance(value, _Answered):
            self.question = Question(address, (), answer=address)  # not asked twice
        elif meant:
            self.question = Question(address, (meant,))
            raise ValidationError(DID_YOU_MEAN, "did_you_mean", {"text": address})
        return address


class EmailModelField(models.EmailField):
    """The column of an e-mail address: always stored as ``emails.read`` returns it."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = super().clean(value, model_instance)
        return read_email(value) if value else value

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        # Back-office forms do not show questions.
        return super().formfield(
            *args, **{"form_class": EmailField, "asks": False, "label": self.verbose_name, **kwargs}
        )

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs  # the column is the same: no migration


def read_email(text: str) -> str:
    """``emails.read`` for forms and models. Raises ValidationError with a text for people."""
    try:
        return emails.read(text)
    except emails.EmailError as exc:
        raise ValidationError(EMAIL_ERRORS.get(exc.code, INVALID_EMAIL), exc.code) from None
