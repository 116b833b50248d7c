"""The one form of a voucher: code or codes, what it takes off, for what, for whom, how often, when."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from oscar.apps.voucher.models import Voucher
from wagtail.admin.widgets import AdminDateTimeInput

from catalogue.plans.models import Period, SoftwareProduct, months_label
from checkout.models import VoucherRule
from checkout.vouchers import services
from checkout.vouchers.services import VoucherTerms
from storefront.core import clock, money
from storefront.core.instants import zone_name
from storefront.core.user_input import characters
from storefront.users.models import User
from storefront.users.queries import customers

PERCENT, AMOUNT = "percent", "amount"
ONE, MANY = "one", "many"


def sold_months(also: Iterable[int] = ()) -> list[tuple[int, str]]:
    """Choices of the periods that something is sold for, and ``also``."""
    months = set(Period.objects.filter(is_active=True).order_by().values_list("months", flat=True))
    return [(each, months_label(each)) for each in sorted(months | set(also))]


class TermsForm(forms.Form):
    """What staff decide about a voucher; ``terms`` is the result. Times are in the shop's time zone.

    Who may not see customers does not choose them: those of ``rule`` stay.
    """

    name = forms.CharField(
        label=pgettext_lazy("of a voucher", "Name"), max_length=100, help_text=_("Customers read it in the cart.")
    )
    kind = forms.ChoiceField(
        label=_("Takes off"),
        choices=[(PERCENT, _("Percent of the price")), (AMOUNT, _("A sum, once per order"))],
        widget=forms.RadioSelect,
        initial=PERCENT,
    )
    value = forms.DecimalField(label=_("How much"), min_value=Decimal("0.01"), max_digits=9, decimal_places=2)
    products = forms.ModelMultipleChoiceField(
        label=_("Products"),
        queryset=SoftwareProduct.objects.select_related("product").order_by("product__title"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all products."),
    )
    months = forms.TypedMultipleChoiceField(
        label=_("Periods"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all periods."),
    )
    customers = forms.CharField(
        label=_("Customers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("E-mail addresses, one per line. Empty: everybody."),
    )
    is_first_purchase_only = forms.BooleanField(label=_("Only for a first purchase"), required=False)
    max_uses = forms.IntegerField(
        label=_("Uses in all"), required=False, min_value=1, max_value=1_000_000, help_text=_("Empty: no limit.")
    )
    max_uses_per_customer = forms.IntegerField(
        label=_("Uses per customer"), required=False, min_value=1, max_value=1000, help_text=_("Empty: no limit.")
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=AdminDateTimeInput)
    ends_at = forms.DateTimeField(label=_("Until"), widget=AdminDateTimeInput)

    def __init__(
        self, *args: Any, rule: VoucherRule | None = None, sees_customers: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        if not sees_customers:
            del self.fields["customers"]
        self.fields["months"].choices = sold_months(rule.months if rule else ())  # type: ignore[attr-defined]
        self.fields["starts_at"].help_text = _("Time zone: %(zone)s.") % {"zone": zone_name()}

    def clean_customers(self) -> list[User]:
        emails = {line.strip().lower() for line in self.cleaned_data["customers"].splitlines() if line.strip()}
        found = [
            *customers().filter(email__in=emails),
            *(user for user in self._customers() if user.email.lower() in emails),
        ]
        by_email = {user.email.lower(): user for user in found}
        if missing := sorted(emails - by_email.keys()):
            raise ValidationError(_("No account with this address: %(emails)s"), params={"emails": ", ".join(missing)})
        return list(by_email.values())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") == PERCENT and (data.get("value") or 0) > 100:
            self.add_error("value", _("At most 100 %%."))
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("It must end after it begins."))
        elif end and self.rule is None and end <= clock.now():
            self.add_error("ends_at", _("This time is in the past."))
        return data

    def _customers(self) -> list[User]:
        """Whom the voucher is for until now."""
        return list(self.rule.customers.all()) if self.rule else []

    @property
    def terms(self) -> VoucherTerms:
        """Of a valid form."""
        data = self.cleaned_data
        value = data["value"]
        return VoucherTerms(
            name=data["name"].strip(),
            percent=value if data["kind"] == PERCENT else None,
            amount=money.quantize(value, settings.SHOP_CURRENCY) if data["kind"] == AMOUNT else None,
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            products=list(data["products"]),
            months=data["months"],
            customers=data["customers"] if "customers" in self.fields else self._customers(),
            max_uses=data["max_uses"],
            max_uses_per_customer=data["max_uses_per_customer"],
            is_first_purchase_only=data["is_first_purchase_only"],
        )


class NewVoucherForm(TermsForm):
    """A new voucher or a set of them."""

    how_many = forms.ChoiceField(
        label=_("Codes"),
        choices=[(ONE, _("One code, which many can use")), (MANY, _("Many random codes, each used once"))],
        widget=forms.RadioSelect,
        initial=ONE,
    )
    code = forms.CharField(label=_("Code"), required=False, max_length=60, help_text=_("For one code."))
    count = forms.IntegerField(
        label=_("Number of codes"),
        required=False,
        min_value=1,
        max_value=services.MAX_CODES,
        help_text=_("At most 500."),
    )
    field_order = ["name", "how_many", "code", "count"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("how_many") == ONE:
            code = characters.code(data.get("code") or "")
            if not code:
                self.add_error("code", _("Type the code that customers will enter."))
            elif Voucher.objects.filter(code=code).exists():
                self.add_error("code", _("Another voucher has this code."))
            data["code"] = code
        elif data.get("how_many") == MANY and not data.get("count") and "count" not in self.errors:
            self.add_error("count", _("How many codes?"))
        return data


class ChangeVoucherForm(TermsForm):
    """A voucher that exists; the reason stands in the history."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


def initial_of(rule: VoucherRule) -> dict[str, Any]:
    """The form's values of a voucher that exists."""
    owner = rule.owner
    percent, amount = services.taken_off(rule)
    return {
        "name": owner.name,
        "kind": AMOUNT if amount is not None else PERCENT,
        "value": amount if amount is not None else percent,
        "products": rule.products.all(),
        "months": rule.months,
        "customers": "\n".join(rule.customers.order_by("email").values_list("email", flat=True)),
        "is_first_purchase_only": rule.is_first_purchase_only,
        "max_uses": rule.max_uses,
        "max_uses_per_customer": rule.max_uses_per_customer,
        "starts_at": owner.start_datetime,
        "ends_at": owner.end_datetime,
    }
