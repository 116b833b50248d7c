"""Giving licenses away: a period on an existing license, or a license for a customer, who may be new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.cart.prices import CartPrice, find, read_prices
from checkout.orders import gifts
from checkout.orders.create import CreatedOrder
from checkout.orders.errors import CannotOrder
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.licenses import rehearsal
from storefront.backoffice.licenses.acts import LicenseAct
from storefront.backoffice.licenses.detail import LIST
from storefront.core import currencies
from storefront.core.form_fields import EmailField
from storefront.gateways.bitrix24 import PortalAddress, normalise_portal
from storefront.licensing.models import License
from storefront.licensing.queries import licenses_for_invoice
from storefront.users import services as accounts
from storefront.users.models import User


class GiftForm(ActForm):
    """``key`` makes a second press of the same form give nothing more."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=36)
    price = forms.TypedChoiceField(label=gettext_lazy("License type and period"), coerce=int)
    field_order = ["price", "reason"]

    def __init__(self, *args: Any, software: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4().hex
        found = read_prices(plan__software=software) if software else read_prices()
        # What is given costs nothing; in which currency, its order and the time it gives are counted.
        prices = [(price.pk, _label(price)) for price in found if price.is_on_sale]
        self.fields["price"].choices = [("", "---------"), *prices]  # type: ignore[attr-defined]

    def chosen(self) -> CartPrice:
        price = find(self.cleaned_data["price"])
        if price is None:
            raise LookupError("a price that was offered is gone")
        return price


def _label(price: CartPrice) -> str:
    return f"{price.description}, {price.currency}" if currencies.others() else price.description


class GivePeriod(LicenseAct):
    """One more period of a license, for nothing."""

    permissions = (gifts.RIGHT,)
    action = "licenses.give-period"
    page_title = gettext_lazy("Give a period")
    header_icon = "tag"
    form_class = GiftForm
    field = "price"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"software": self.object.software_id}

    def act(self, license: License, form: Any) -> str:
        created = gifts.give(
            customer=license.customer, price=form.chosen(), actor=self.user, reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"], extends=license,
        )  # fmt: skip
        return f"order:{created.order.number}"

    def notes(self, form: Any) -> Iterable[str]:
        yield _("An order and an invoice of zero are made, with your reason as their cause.")


class GrantForm(GiftForm):
    email = EmailField(
        asks=False,
        label=gettext_lazy("E-mail of the customer"),
        help_text=gettext_lazy("A customer without an account gets one, and a mail to set a password."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    company = forms.CharField(label=gettext_lazy("Company"), max_length=200, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    address = forms.CharField(
        label=gettext_lazy("Address of the Bitrix24"),
        help_text=gettext_lazy("If it is empty, the customer names it in their account."),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ["email", "name", "company", "language", "price", "address", "reason"]


class Grant(ActView):
    """A license for a customer, for nothing."""

    permissions = (gifts.RIGHT,)
    action = "licenses.grant"
    page_title = gettext_lazy("Give a license")
    header_icon = "plus"
    form_class = GrantForm
    expected_errors = (*LicenseAct.expected_errors, CannotOrder)
    field = "address"
    crumbs = (LIST,)
    object: License | None  # type: ignore[assignment]

    def get_object(self) -> None:  # type: ignore[override]
        return None

    def get_success_url(self) -> str:
        return reverse("backoffice-license", args=[self.object.number]) if self.object else reverse(LIST.route)

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, CannotOrder):
            return Refused(error.message, "email")
        return LicenseAct.explain(self, error)  # type: ignore[arg-type]

    def customer(self) -> User | None:
        return self.object.customer if self.object else None

    def preview(self, form: Any) -> list[str]:
        email = form.cleaned_data["email"]
        known = accounts.find_by_email(email)
        with transaction.atomic():
            created = self._give(form)
            license = licenses_for_invoice(created.invoice)[0]
            sentences = [*rehearsal.given(license), *rehearsal.told_of(created)]
            transaction.set_rollback(True)
        if known is None:
            who = _("%(email)s becomes a customer and gets a mail to set a password.") % {"email": email}
        else:
            who = _("%(name)s (%(email)s) gets it.") % {"name": known.get_full_name(), "email": known.email}
        return [who, _("An order and an invoice of zero are made, with your reason as their cause."), *sentences]

    def perform(self, form: Any) -> Outcome:
        self.object = licenses_for_invoice(self._give(form).invoice)[0]
        return Outcome(
            _("Given: %(number)s.") % {"number": self.object.number}, {}, rehearsal.picture(self.object).values()
        )

    def _give(self, form: Any) -> CreatedOrder:
        data = form.cleaned_data
        customer = gifts.recipient(
            email=data["email"], name=data["name"], company=data["company"], language=data["language"]
        )
        return gifts.give(
            customer=customer, price=form.chosen(), actor=self.user, reason=data["reason"], key=data["key"],
            portal=_portal(data["address"]),
        )  # fmt: skip


def _portal(typed: str) -> PortalAddress | None:
    if not typed.strip():
        return None
    return normalise_portal(
        typed, allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK, zones=settings.BITRIX24_ZONES, any_zone=True
    )
