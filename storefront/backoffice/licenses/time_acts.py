"""Acts on the time of a license: extend it, set its end, suspend and restore it, revoke it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from storefront.backoffice.licenses.acts import LicenseAct, LicenseForm
from storefront.core import clock
from storefront.core.instants import day_of, deadline, end_of_day
from storefront.licensing.models import License
from storefront.licensing.services import revocation, staff_time, suspensions
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.services.staff_time import MAX_DAYS
from storefront.licensing.states import Suspension


class ExtendForm(LicenseForm):
    number = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MAX_DAYS)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), choices=[("days", gettext_lazy("Days")), ("months", gettext_lazy("Months"))]
    )


class Extend(LicenseAct):
    """Days or months of goodwill."""

    permissions = (staff_time.RIGHT,)
    action = "licenses.extend"
    page_title = gettext_lazy("Extend")
    header_icon = "plus"
    form_class = ExtendForm
    field = "number"

    def act(self, license: License, form: Any) -> None:
        given = {form.cleaned_data["unit"]: form.cleaned_data["number"]}
        staff_time.extend(license=license, actor=self.user, **_common(form), **given)

    def notes(self, form: Any) -> Iterable[str]:
        yield _("The time is goodwill: it costs nothing and is worth no money in a later change of the license type.")


class EndForm(LicenseForm):
    day = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("It ends on that day, at the hour at which it ends now."),
        widget=AdminDateInput,
    )


class SetEnd(LicenseAct):
    permissions = (staff_time.RIGHT,)
    action = "licenses.set-end"
    page_title = gettext_lazy("Set the end")
    header_icon = "calendar"
    form_class = EndForm
    field = "day"

    def act(self, license: License, form: Any) -> None:
        staff_time.set_end(license=license, day=form.cleaned_data["day"], actor=self.user, **_common(form))

    def notes(self, form: Any) -> Iterable[str]:
        if form.cleaned_data["day"] < day_of(self.object.valid_until):
            yield _("Paid days are taken off. Their money is not returned by this: refund it where it is due.")


class SuspendForm(LicenseForm):
    time = forms.ChoiceField(label=gettext_lazy("Meanwhile"), choices=Suspension.choices, widget=forms.RadioSelect)
    until = forms.DateField(
        label=gettext_lazy("Until the end of"),
        help_text=gettext_lazy("It is restored by itself then. Leave it empty to restore it yourself."),
        required=False,
        widget=AdminDateInput,
    )


class Suspend(LicenseAct):
    permissions = (suspensions.RIGHT,)
    action = "licenses.suspend"
    page_title = gettext_lazy("Suspend")
    header_icon = "lock"
    form_class = SuspendForm
    field = "until"
    is_serious = True

    def act(self, license: License, form: Any) -> None:
        day = form.cleaned_data["until"]
        if day and day < clock.today():
            raise NotPossible("until_past")
        suspensions.suspend(
            license=license, actor=self.user, suspension=Suspension(form.cleaned_data["time"]),
            until=_end_of(day) if day else None, **_common(form),
        )  # fmt: skip

    def notes(self, form: Any) -> Iterable[str]:
        if form.cleaned_data["time"] == Suspension.RUNS:
            yield _("It works nowhere meanwhile. Its time goes on: paid days pass unused.")
        else:
            yield _("It works nowhere meanwhile. Its time stands still; no paid day is lost.")
        if day := form.cleaned_data["until"]:
            yield _("It is suspended until %(end)s.") % {"end": deadline(_end_of(day))}


class Restore(LicenseAct):
    permissions = (suspensions.RIGHT,)
    action = "licenses.restore"
    page_title = gettext_lazy("Restore")
    header_icon = "rotate"

    def act(self, license: License, form: Any) -> None:
        suspensions.restore(license=license, actor=self.user, **_common(form))


class Revoke(LicenseAct):
    permissions = (revocation.RIGHT,)
    action = "licenses.revoke"
    page_title = gettext_lazy("Revoke")
    header_icon = "cross"
    is_serious = True

    def act(self, license: License, form: Any) -> None:
        revocation.revoke(license=license, actor=self.user, **_common(form))

    def notes(self, form: Any) -> Iterable[str]:
        yield _("This is final: a revoked license cannot be restored. The next payment buys a new one.")


def _end_of(day: date) -> datetime:
    """The end of a day of the shop's calendar."""
    return end_of_day(datetime.combine(day, time(12), get_default_timezone()))


def _common(form: Any) -> dict[str, Any]:
    return {"reason": form.cleaned_data["reason"], "is_told": form.cleaned_data["tell_customer"]}
