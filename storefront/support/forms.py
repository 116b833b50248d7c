"""Visitors' forms: the first message of a conversation, a further one, the contact form."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from storefront.core import references, throttle
from storefront.core.form_fields import EmailField, ManyLinesField, OneLineField
from storefront.core.log_masking import mask
from storefront.support import access
from storefront.support.spam import ProtectedForm, too_many

MAX_TEXT = 2000
_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)


def _message(rows: int) -> ManyLinesField:
    errors = {"required": _("Write your message.")}
    return ManyLinesField(label=_("Message"), rows=rows, max_length=MAX_TEXT, error_messages=errors)


class PageField(forms.CharField):
    """The page it was written on: a path of this site without query and tokens, or ""."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, max_length=2000)

    def to_python(self, value: Any) -> str:
        return page_path(super().to_python(value) or "")


def page_path(address: str) -> str:
    """The path of an address of this site, with secret tokens masked; "" if it is none."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return mask(path)[:500] if path.startswith("/") and path.isprintable() else ""


class FirstMessageForm(ProtectedForm):
    """Starts a conversation. Logged-in visitors are asked for their message only."""

    limit = "chat-begin"
    text = _message(rows=4)
    email = EmailField()
    name = OneLineField(label=_("Name"), max_length=200, required=False)
    page = PageField()

    def __init__(self, data: Any = None, *, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(data, request=request, auto_id="chat-%s", **kwargs)
        self.fields["email"].help_text = _("We send our answer there too, in case you leave.")
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        if request.user.is_authenticated:
            del self.fields["email"], self.fields["name"]


class MessageForm(forms.Form):
    """A further message. ``key``: the form's id."""

    text = _message(rows=2)
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, request: HttpRequest, **kwargs: Any) -> None:
        initial = {"key": references.public_id()}
        super().__init__(data, label_suffix="", auto_id="chat-%s", initial=initial, **kwargs)
        self.request = request

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        return key if _KEY.fullmatch(key) else references.public_id()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                throttle.hit("chat-send", self.request)
            except throttle.Throttled as exc:
                self.add_error(None, too_many(exc))
        return cleaned


class ContactForm(ProtectedForm):
    """The contact page's form, for ``services.contact.receive``. Shown by templates/support/contact_form.html."""

    limit = "contact-send"
    name = OneLineField(label=_("Name"), max_length=200, error_messages={"required": _("Enter your name.")})
    email = EmailField()
    subject = OneLineField(label=_("Subject"), max_length=200, required=False)
    message = _message(rows=7)

    def __init__(self, data: Any = None, *, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(data, request=request, auto_id="contact-%s", **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        customer = access.customer_of(request)
        if customer is not None:
            self.initial.setdefault("name", customer.get_full_name())
            self.initial.setdefault("email", customer.email)
