"""The settings of documents saved: noted, told to all owners, or put before a second person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from storefront.backoffice import history
from storefront.backoffice.documents.settings_form import SettingsForm
from storefront.billing.documents import pictures, settings_states
from storefront.billing.documents.models import DocumentSettings
from storefront.core import kept_states
from storefront.core.kept_states import State
from storefront.users import approvals, staffing
from storefront.users.models import User

ACTION = "documents.settings"
_TITLES = {
    settings_states.DOCUMENTS: gettext_noop("How documents are issued was changed"),
    settings_states.SEAL: gettext_noop("The seal or the signature on documents was changed"),
}


def save(form: SettingsForm, *, by: User) -> str:
    """In a transaction. Returns what is said to who saved it. Raises approvals.ApprovalError where a second person is
    needed and cannot be asked; nothing may be kept then."""
    seller = form.instance.seller
    before = settings_states.read(str(seller.pk))
    settings = _filled(form, by)
    after = settings_states.state_of(settings)
    if before == after:
        return _("Nothing was changed.")
    kind = settings_states.kind_of(before, after)
    was, becomes = _words(before, before, after), _words(after, before, after)
    if approvals.is_needed(kind):
        approvals.ask(
            name=kind, key=str(seller.pk), label=str(seller), seen=before, change=after, before=was, after=becomes,
            by=by,
        )  # fmt: skip
        return _("Nothing is changed yet: another person must approve it, and is told.")
    settings.save()
    history.record(seller, ACTION, by=by, before=was, after=becomes)
    lines = [f"{name}: {old or '–'} → {becomes[name] or '–'}" for name, old in was.items()]
    staffing.tell_owners(by=by, title=_TITLES[kind], lines=[str(seller), *lines])
    return _("Saved. Documents that are issued from now on are made this way.")


def _filled(form: SettingsForm, by: User) -> DocumentSettings:
    """As it would be saved. A new picture is kept: it stays as evidence of what was asked for."""
    settings: DocumentSettings = form.save(commit=False)
    for role, drawing in form.drawings.items():
        setattr(settings, str(role), pictures.keep(drawing, seller=settings.seller, role=role, by=by))
    if form.cleaned_data.get("without_marks"):
        settings.seal = settings.signature = None
    return settings


def _words(state: State, before: State, after: State) -> dict[str, Any]:
    """Those values that differ, by name."""
    return kept_states.field_words(
        DocumentSettings, {name: value for name, value in state.items() if before[name] != after[name]}
    )
