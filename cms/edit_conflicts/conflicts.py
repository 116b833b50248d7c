"""The message about a conflict, and the checkbox that overwrites all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name
from wagtail.log_actions import registry

from storefront.core import instants

#: Form fields: the state the editor saw, that they were refused, that they insist.
SEEN, REFUSED, OVERWRITE = "seen", "refused", "overwrite"
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Conflict:
    """``who`` changed ``fields`` (labels) ``at`` that time (UTC); both are empty if the log does not say.

    ``token`` identifies the stored version: insisting counts for that version only.
    """

    fields: list[str]
    who: str
    at: datetime | None
    token: str

    def __str__(self) -> str:
        named = [*self.fields[:MOST_NAMED], *(["…"] if len(self.fields) > MOST_NAMED else [])]
        text = _("Not saved: %(who)s has changed this while you had it open (%(when)s). Changed: %(fields)s.") % {
            "who": self.who or _("somebody"),
            "when": instants.instant(self.at, "short") if self.at else "–",
            "fields": ", ".join(named) or _("the content"),
        }
        advice = _(
            "Your changes are still in the form below. Open the current version in another window to compare; to "
            "replace it with yours, tick “Save anyway” at the end of the form and save again."
        )
        return f"{text} {advice}"


def last_change(instance: Any) -> tuple[str, datetime | None]:
    """Who changed it last and when (UTC), from Wagtail's log; "" and None without an entry."""
    entry = registry.get_logs_for_instance(instance).select_related("user").first()
    if entry is None:
        return "", None
    return display_name(entry.user), entry.timestamp


def display_name(user: Any) -> str:
    return str(get_user_display_name(user)) if user else ""


class Carried(forms.CharField):
    """A hidden field that never counts as a change of the form."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class OverwriteBox(forms.CheckboxInput):
    """A checkbox with its label, at the end of the form above the buttons."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<input type="hidden" name="{}" value="1"><p class="overwrite-box"><label>'
            '<input type="checkbox" name="{}" value="{}"> {}</label></p>',
            REFUSED,
            name,
            self.token,
            _("Save anyway: replace the current version with mine"),
        )


def offer_overwriting(form: Any, conflict: Conflict) -> None:
    form.fields[OVERWRITE] = Carried(widget=OverwriteBox(conflict.token))
