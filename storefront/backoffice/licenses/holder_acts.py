"""A license handed over to another customer by staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.orders import gifts
from checkout.orders.by_staff import customer_with
from checkout.orders.errors import CannotOrder
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import Outcome, Refused
from storefront.backoffice.licenses.acts import LicenseAct
from storefront.core.form_fields import EmailField, OneLineField
from storefront.licensing.models import License
from storefront.licensing.services import handovers, staff_acts
from storefront.licensing.services.handover_errors import HandoverError
from storefront.licensing.states import LicenseStatus
from storefront.users import unproven
from storefront.users.models import User


class HandOverForm(ActForm):
    email = EmailField(asks=False, help_text=gettext_lazy("Of an existing customer, or of a new one."))
    name = OneLineField(label=gettext_lazy("Name"), max_length=200, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    field_order = ["email", "name", "language", "reason"]


class HandOver(LicenseAct):
    """At once, without the receiver's confirmation: staff have made sure whose the license is."""

    permissions = (handovers.RIGHT,)
    action = "licenses.hand-over"
    page_title = gettext_lazy("Hand over to another customer")
    header_icon = "user"
    form_class = HandOverForm
    is_serious = True
    expected_errors = (*LicenseAct.expected_errors, HandoverError, CannotOrder)
    field = "email"

    def preview(self, form: Any) -> list[str]:
        license, email = self.object, form.cleaned_data["email"]
        if license.status == LicenseStatus.REVOKED:
            raise staff_acts.NotPossible("revoked")
        known = customer_with(email)
        if known is not None and known.pk == license.customer_id:
            raise staff_acts.NotPossible("same_holder")
        words = {"email": email, "former": license.customer.email, "number": license.number}
        sentences = [] if known else [_("%(email)s becomes a customer and gets a mail to set a password.") % words]
        return [
            *sentences,
            _("%(email)s holds license %(number)s from now on, with all its time and its Bitrix24.") % words,
            _("%(former)s does not see the license any more; invoices and orders stay theirs.") % words,
            _("Both are told by mail.") if known else _("%(former)s is told by mail, too.") % words,
        ]

    def others(self, form: Any) -> Iterable[User]:
        known = customer_with(form.cleaned_data["email"])
        return () if known is None else (known,)

    def perform(self, form: Any) -> Outcome:
        before = self.object.customer.email
        self.act(self.object, form)
        return Outcome(self.done(), {"holder": before}, {"holder": self.object.customer.email})

    def act(self, license: License, form: Any) -> Any:
        data = form.cleaned_data
        receiver = gifts.recipient(email=data["email"], name=data["name"], company="", language=data["language"])
        unproven.shut_out(receiver)
        return handovers.by_staff(license=license, receiver=receiver, actor=self.user, reason=data["reason"])

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, CannotOrder):
            return Refused(error.message, self.field)
        if isinstance(error, HandoverError):
            return Refused(str(error), self.field)
        return super().explain(error)
