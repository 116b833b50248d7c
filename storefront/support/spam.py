"""Spam protection for public forms, without a third party: a honeypot field, a signed timestamp that is neither too new
nor too old, and a limit per address."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.core import references, throttle

_SALT = "storefront.support.spam"
#: No person reads, fills and sends a form faster.
YOUNGEST = timedelta(seconds=2)
OLDEST = timedelta(hours=12)
TRAP = "website"


def stamp() -> str:
    """A signed stamp: an id and the time it was made."""
    return signing.TimestampSigner(salt=_SALT).sign(references.public_id())


class ProtectedForm(forms.Form):
    """A protected form. ``limit``: the name of its limit in settings.THROTTLES; ``form_id``: the stamp's id, the same
    for the same form sent twice.

    A refusal is explained above the form, which can be sent again at once: by people whose browser filled the honeypot
    or who left the page open overnight, too.
    """

    limit = ""
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.request = request
        self.form_id = ""
        self.initial.setdefault("stamp", stamp())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        problem = self._trapped(cleaned) or ("" if self.errors else self._stamp_problem(cleaned))
        if problem:
            self.add_error(None, problem)
        elif not self.errors and self.limit:
            self._count()
        return cleaned

    def _trapped(self, cleaned: dict[str, Any]) -> str:
        if not cleaned.get(TRAP):
            return ""
        self._show_again(TRAP, "")
        return _("A hidden field meant for robots was filled in. It is empty again: please send once more.")

    def _stamp_problem(self, cleaned: dict[str, Any]) -> str:
        signer = signing.TimestampSigner(salt=_SALT)
        text = cleaned.get("stamp", "")
        try:
            self.form_id = signer.unsign(text, max_age=OLDEST)
            signer.unsign(text, max_age=YOUNGEST)
        except signing.SignatureExpired:
            if self.form_id:
                return ""  # old enough
            self._show_again("stamp", stamp())
            return _("This form was open for too long. Please send it once more.")
        except signing.BadSignature:
            self._show_again("stamp", stamp())
            return _("This form could not be read. Please send it once more.")
        return _("That was faster than anybody types. Please send it once more.")  # the same stamp is old enough then

    def _count(self) -> None:
        try:
            throttle.hit(self.limit, self.request)
        except throttle.Throttled as exc:
            self.add_error(None, too_many(exc))

    def _show_again(self, name: str, value: str) -> None:
        """Put ``value`` into the form shown with the errors."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(name)] = value
        self.data = data


def too_many(exc: throttle.Throttled) -> str:
    """The error text for a visitor over the limit."""
    minutes = ceil(exc.retry_after / 60)
    return ngettext(
        "These are many messages in a short time. Please wait a minute, or write to %(email)s.",
        "These are many messages in a short time. Please wait %(minutes)s minutes, or write to %(email)s.",
        minutes,
    ) % {"minutes": minutes, "email": settings.SUPPORT_EMAIL}
