"""Notes of staff about a customer: written on the customer's page, taken back by their author within a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from storefront.backoffice.customers.base import customer_or_404
from storefront.backoffice.customers.timeline.entries import Entry
from storefront.backoffice.models import StaffNote
from storefront.backoffice.models.customers import TAKE_BACK
from storefront.backoffice.rights import StaffOnly
from storefront.core import clock
from storefront.core.form_fields import ManyLinesField
from storefront.users.models import User

#: The same words of the same person within this time are the same form sent twice.
SAME_FORM = timedelta(minutes=1)
WRITE = "backoffice.add_staffnote"


class NoteForm(forms.Form):
    text = ManyLinesField(
        label=gettext_lazy("Note for other staff"),
        rows=3,
        max_length=5000,
        help_text=gettext_lazy("The customer sees it only in a copy of their data."),
        error_messages={"required": gettext_lazy("Write something.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


def own_notes(viewer: User, entries: Iterable[Entry]) -> set[int]:
    """Keys of the notes among the entries that the viewer may take back: those of their own that are new enough."""
    keys = [entry.key for entry in entries if entry.kind == "note" and clock.now() - entry.at < TAKE_BACK]
    return set(StaffNote.objects.filter(pk__in=keys, author=viewer).values_list("pk", flat=True)) if keys else set()


class WriteNote(StaffOnly, View):
    permissions = (WRITE,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        customer, form = customer_or_404(pk), NoteForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Write something."))
        else:
            note = {"customer": customer, "author": request.user, "text": form.cleaned_data["text"]}
            if not StaffNote.objects.filter(**note, created_at__gt=clock.now() - SAME_FORM).exists():
                StaffNote.objects.create(**note)
            messages.success(request, _("The note is kept."))
        return redirect("backoffice-customer", pk=pk)


class DeleteNote(StaffOnly, View):
    """Another's note and one that stays are answered like a missing one."""

    permissions = (WRITE,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, note: int) -> HttpResponse:
        found = StaffNote.objects.filter(pk=note, customer=pk).first()
        if found is None or not found.may_be_deleted_by(request.user):  # type: ignore[arg-type]
            raise Http404
        found.delete()
        messages.success(request, _("The note is deleted."))
        return redirect("backoffice-customer", pk=pk)
