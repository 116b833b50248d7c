"""The one form of the checkout page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from checkout.orders.agreements import AgreementText
from checkout.orders.order_request import Contact
from checkout.page import portal_field
from checkout.page.portal_field import Reading
from storefront.billing.models import Payer
from storefront.billing.payer_forms import PayerFields, reload_from
from storefront.billing.services import early_starts
from storefront.core.form_fields import EmailField, OneLineField, PhoneField
from storefront.users.models import User
from storefront.users.services import normalise_email

#: Names of the boxes that accept an agreement begin with this.
BOX_PREFIX = "agreement-"
#: Fields that decide about the tax, beside the country.
DECIDING = ("payer", "kind", "vat_id", "postcode")
#: The box by which a consumer in the EU asks that the license begins at once.
EARLY_START = "early_start"
#: The box for a link to the cart by mail.
REMIND = "remind"


class CheckoutForm(PayerFields):
    """Contact, payer, portal and consent.

    ``reading`` is what the posted address was read as; the form gets the host only (see ``without_raw_address``).
    ``customer``'s e-mail is fixed. ``versions`` are the texts to accept; the ``initial`` value of a box is the version
    it was ticked for, and ticks no other. ``payers``: those of the customer, to choose from. ``page``: where the fields
    of another country come from, "" where they do not. ``total``: the selector of what tax changes on the page.
    ``is_paid``: what is ordered costs money.
    """

    name = OneLineField(label=_("Name"), max_length=200, error_messages={"required": _("Enter your name.")})
    phone = PhoneField(label=_("Phone"), error_messages={"required": _("Enter a phone number.")})
    email = EmailField()
    remind = forms.BooleanField(
        label=_("Mail me a link to this cart if I don't finish"),
        help_text=_("One mail, a few hours later. We keep what you type until you order, for 7 days at most."),
        required=False,
    )
    holder_email = EmailField(
        label=_("E-mail of whoever gets the license"),
        help_text=_("We write to them once the order is paid: they confirm, and the license is theirs alone."),
        required=False,
    )
    bitrix24_address = forms.CharField(label=_("Your Bitrix24 address"), required=False, max_length=255)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        customer: User | None,
        needs_portal: bool,
        versions: Sequence[AgreementText],
        reading: Reading | None = None,
        initial: Mapping[str, Any] | None = None,
        payers: Sequence[Payer] = (),
        page: str = "",
        total: str = "#order-summary",
        is_paid: bool = False,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")
        self.reading = reading
        self.versions = list(versions)
        self._complete("name", "name")
        self.for_payer(payers=payers, is_short=True)
        early_start = ",#early-start" if is_paid else ""
        if page:
            also = f"{total},#shown,#payer-postcode,#payer-company-postcode{early_start}"
            reload_from(page, self.fields["country"], button=self.RELOAD, part="#payer-numbers", also=also)
        self.fields["phone"].help_text = _(
            "For questions about this order only. With the country code, for example +49 30 1234567."
        )
        if customer is not None:
            self.fields["email"].disabled = True
            self.initial["email"] = customer.email
        else:
            self.fields["email"].help_text = _("Your login. The payment link and your licenses are sent to it.")
        self.fields["holder_email"].widget.attrs["autocomplete"] = "off"
        if needs_portal:
            self._ask_for_portal()
        else:
            del self.fields[portal_field.FIELD]
        for version in self.versions:
            name = box_name(version)
            self.fields[name] = consent_box(version)
            self.initial[name] = self.initial.get(name) == str(version.pk)
        is_known = self.chosen is not None or bool(self._value("country"))  # else the country is asked for first
        if is_paid and is_known and early_starts.is_asked(self.so_far):
            self._ask_for_early_start()
        if page:
            deciding = [self.fields[name] for name in DECIDING if name in self.fields]
            reload_from(page, *deciding, button=self.RELOAD, part=total, also=f"#shown{early_start}")
        payer = ["payer", "kind", "country", *self.asked]
        self.order_fields(["email", "remind", "name", "phone", *payer, portal_field.FIELD, "holder_email"])

    @property
    def contact(self) -> Contact:
        """The contact data of a valid form."""
        data = self.cleaned_data
        email = normalise_email(data["email"])
        return Contact(name=data["name"], company=self.details.company, phone=data["phone"], email=email)

    @property
    def planned_holder(self) -> str:
        """To whom the licenses of a valid form go; "" if the buyer keeps them."""
        email = self.cleaned_data["holder_email"]
        return normalise_email(email) if email else ""

    @property
    def wants_early_start(self) -> bool:
        """Of a valid form."""
        return bool(self.cleaned_data.get(EARLY_START))

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self[box_name(version)] for version in self.versions]

    def clean_bitrix24_address(self) -> str:
        if self.reading is None or self.reading.message:
            raise forms.ValidationError(self.reading.message if self.reading else portal_field.MESSAGES["empty"])
        return self.reading.host

    def _complete(self, name: str, token: str, **attrs: str) -> None:
        self.fields[name].widget.attrs.update({"autocomplete": token, **attrs})

    def _ask_for_early_start(self) -> None:
        self.fields[EARLY_START] = early_start_box()
        self.initial[EARLY_START] = self.initial.get(EARLY_START) == early_starts.version()

    def _ask_for_portal(self) -> None:
        field = self.fields[portal_field.FIELD]
        field.help_text = _(
            "The license works only in the Bitrix24 at this address. "
            "Open your Bitrix24 and copy the address from the browser; we keep only its name."
        )
        field.widget.attrs.update(
            {
                "required": True,  # for the browser only: Reading.message says what is missing
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "url",
                "placeholder": "acme.bitrix24.com",
                "data-hx-post": reverse("checkout-portal"),
                # Later than the click that left the field: the answer must not move the page under it.
                "data-hx-trigger": "change delay:300ms",
                "data-hx-target": "#portal-note",
                # And what decides about the tax: without it unused time of a license is valued.
                "data-hx-params": f"{portal_field.FIELD},csrfmiddlewaretoken,payer,kind,country,postcode,vat_id",
            }
        )


def box_name(version: AgreementText) -> str:
    return f"{BOX_PREFIX}{version.agreement_id}"


def early_start_box() -> forms.BooleanField:
    """Nobody has ticked it for the buyer, and nothing is ordered without it."""
    return forms.BooleanField(
        label=early_starts.text(),
        error_messages={
            "required": _("Please tick the box: without it nothing may begin before the 14 days to withdraw are over.")
        },
        widget=forms.CheckboxInput(attrs={"value": early_starts.version()}),
    )


def without_raw_address(data: Any, reading: Reading) -> Any:
    """A copy of posted data with the typed address replaced by the host it was read as, or by nothing."""
    cleaned = data.copy()
    if portal_field.FIELD in cleaned:
        cleaned[portal_field.FIELD] = reading.host
    return cleaned


def consent_box(version: AgreementText, *, required: Any = None) -> forms.BooleanField:
    """The box that accepts a version; ``required``: what is said where it is not ticked."""
    address = reverse("agreement-version", kwargs={"slug": version.slug, "number": version.number})
    link = format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', address, version.name)
    return forms.BooleanField(
        label=format_html(str(_("I have read and accept: {}")), link),
        error_messages={"required": required or _("Please read it and tick the box to place the order.")},
        widget=forms.CheckboxInput(attrs={"value": version.pk}),
    )
