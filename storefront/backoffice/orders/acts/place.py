"""Place an order for a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.order.models import Order

from checkout.cart import prices
from checkout.orders import by_staff
from checkout.orders.by_staff import StaffOrder, Wanted
from checkout.orders.errors import CannotOrder
from checkout.orders.order_request import Contact
from checkout.page import portal_field
from checkout.page.forms import without_raw_address
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.orders.acts.base import about_tax
from storefront.backoffice.pages import Crumb
from storefront.billing.models import Payer
from storefront.billing.payer_details import PayerKind
from storefront.billing.payer_forms import PayerFields
from storefront.billing.services import payers, taxation
from storefront.core import money, references
from storefront.core.form_fields import EmailField, OneLineField, PhoneField
from storefront.core.language import nearest_language
from storefront.core.user_input import emails
from storefront.users import services as users
from storefront.users.models import User
from storefront.users.services import EmailTaken

ACTION = "orders.place"
LINES = 5


def choices() -> list[Any]:
    """The prices on sale, grouped by product."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for price in prices.read_prices():
        if price.is_on_sale:
            label = f"{price.plan_name}, {price.period_name} – {money.display(price.amount, price.currency)}"
            groups.setdefault(price.title, []).append((price.pk, label))
    return [("", "–"), *sorted(groups.items())]


class PlaceForm(PayerFields, ActForm):
    """Customer, payer, lines and portal. ``key``: the form's own, so that pressing twice makes one order. ``payers``:
    those of the customer, to choose from; else the payer is typed, with the fields and checks of the checkout."""

    email = EmailField(asks=False, help_text=gettext_lazy("Of an existing customer, or of a new one."))
    name = OneLineField(label=gettext_lazy("Name"), max_length=200)
    phone = PhoneField(label=gettext_lazy("Phone"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    bitrix24_address = forms.CharField(label=gettext_lazy("Address of the Bitrix24"), max_length=255, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, reading: Any = None, payers: Sequence[Payer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading = reading
        self.for_payer(payers=payers, is_short=True)
        if not self.is_company:
            for name in self.asked:
                self.fields[name].required = False
        self.fields["company"].help_text = _("This and the fields below it: where a company pays.")
        offered = choices()
        for number in range(1, LINES + 1):
            self.fields[f"price_{number}"] = forms.TypedChoiceField(
                label=_("Line %(number)d") % {"number": number}, choices=offered, coerce=int, empty_value=None,
                required=number == 1,
            )  # fmt: skip
            self.fields[f"quantity_{number}"] = forms.IntegerField(
                label=_("Pieces of line %(number)d") % {"number": number}, min_value=1, max_value=999, initial=1,
                required=False,
            )  # fmt: skip
        payer = ["payer", "kind", "country", *self.asked]
        lines = [name for name in self.fields if name.startswith(("price_", "quantity_"))]
        first = ["email", "name", "phone", "language", *payer, portal_field.FIELD, "key"]
        self.order_fields([*first, *lines, "reason"])

    def clean_bitrix24_address(self) -> str:
        if self.reading is None or (self.reading.code == "empty"):
            return ""
        if self.reading.address is None:
            raise forms.ValidationError(self.reading.message)
        return str(self.reading.host)

    def staff_order(self) -> StaffOrder:
        data = self.cleaned_data
        numbers = range(1, LINES + 1)
        wanted = [Wanted(data[f"price_{n}"], data[f"quantity_{n}"] or 1) for n in numbers if data[f"price_{n}"]]
        return StaffOrder(
            contact=Contact(name=data["name"], company=self.details.company, phone=data["phone"], email=data["email"]),
            language=data["language"],
            wanted=wanted,
            portal=self.reading.address if self.reading else None,
            key=data["key"],
            payer=self.details,
            chosen=self.chosen,
        )


class Place(ActView):
    """The customer gets a mail with the link; they accept the agreements there before they can pay."""

    permissions = ("billing.place_order",)
    action = ACTION
    page_title = gettext_lazy("Place an order for a customer")
    header_icon = "plus"
    form_class = PlaceForm
    template_name = "backoffice/orders/payer.html"
    expected_errors = (*ActView.expected_errors, CannotOrder, EmailTaken)
    crumbs = (Crumb("backoffice-orders", gettext_lazy("Orders")),)

    def get_object(self) -> Any:
        return None

    @cached_property
    def asked_for(self) -> User | None:
        """The customer of ``?customer=``, whose data fill the form."""
        number = self.request.GET.get("customer", "")
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        return User.objects.filter(pk=int(number)).first() if is_number else None

    def get_initial(self) -> dict[str, Any]:
        customer = self.asked_for
        key = {"key": references.public_id(), "country": payers.likely_country(payers.of(customer) if customer else ())}
        if customer is None:
            return key | {"language": settings.LANGUAGE_CODE}
        return key | {
            "email": customer.email,
            "name": customer.get_full_name(),
            "company": customer.company,
            "kind": (PayerKind.COMPANY if customer.company else PayerKind.PERSON).value,
            "phone": customer.phone,
            "language": nearest_language(customer.language),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """VIES is asked before the transaction in which the order is placed."""
        form = self.get_form()
        if form.is_valid():
            taxation.ask(form.details)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """What was typed as the address may be a secret: only the host that it was read as goes on. Unbound where only
        the fields of another country are asked for."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        kwargs["payers"] = self.payers_of(str(self.request.POST.get("email", "")))
        if "data" not in kwargs:
            return kwargs
        reading = portal_field.read(kwargs["data"].get(portal_field.FIELD))
        data = without_raw_address(kwargs["data"], reading)
        if self.request.POST.get("back") != PlaceForm.RELOAD:
            return kwargs | {"data": data, "reading": reading}
        del kwargs["data"], kwargs["files"]
        return kwargs | {"initial": {name: data[name] for name in data}}

    def payers_of(self, email: str) -> list[Payer]:
        """Of the customer with the typed e-mail, or of ``?customer=`` while none is typed."""
        try:
            customer = users.find_by_email(emails.read(email)) if email else self.asked_for
        except emails.EmailError:
            return []
        return list(payers.of(customer)) if customer else []

    def preview(self, form: Any) -> list[str]:
        order = form.staff_order()
        customer, lines = by_staff.customer_of(order), by_staff.lines_of(order)
        decision = by_staff.tax_of(order, lines)
        by_staff.check(lines, decision)
        currency = by_staff.currency_of(lines)
        who = {"name": order.contact.name, "email": order.contact.email}
        sentences = [
            _("The order goes to the account of %(name)s (%(email)s).") % (who | {"name": customer.get_full_name()})
            if customer
            else _("%(name)s (%(email)s) gets an account; the same mail says how to choose a password.") % who
        ]
        for line, effect in zip(lines, by_staff.effects(lines, customer, decision), strict=True):
            amount = money.display(line.amount, currency)
            sentences.append(f"{line.quantity} × {line.description}: {amount}. {effect}")
        published = by_staff.published(lines)
        (total,) = decision.charge([published], currency)
        sentences += about_tax(decision, total, currency, published=published)
        sentences.append(_("To pay: %(total)s.") % {"total": money.display(total.gross, currency)})
        sentences.append(_("The invoice is addressed to %(payer)s.") % {"payer": form.details.title})
        if order.portal:
            sentences.append(_("For the Bitrix24 at %(host)s.") % {"host": order.portal.host})
            if form.reading.question:
                meant = {"meant": ", ".join(form.reading.question.suggestions)}
                sentences.append(_("Check the address. Is this meant: %(meant)s?") % meant)
        sentences.append(_("%(email)s gets a mail with the link to accept the agreement and pay.") % who)
        return sentences

    def perform(self, form: Any) -> Outcome:
        created = by_staff.place(form.staff_order())
        self.object: Order = created.order
        total = money.display(created.invoice.amount, created.invoice.currency)
        return Outcome(
            _("Order %(number)s is placed, and its link is on its way to %(email)s.")
            % {"number": created.order.number, "email": created.invoice.customer.email},
            {},
            {"order": created.order.number, "invoice": created.invoice.number, "total": total},
        )

    def customer(self) -> User | None:
        return self.object.user

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, CannotOrder):
            return Refused(error.message)
        if isinstance(error, EmailTaken):
            return Refused(_("The account was made just now. Please try again."))
        return super().explain(error)

    def get_success_url(self) -> str:
        if getattr(self, "object", None) is not None:
            return reverse("backoffice-order", args=[self.object.number])
        return reverse("backoffice-orders")
