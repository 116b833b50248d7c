"""The two forms of the page of an 'Extend' link, sent as one, and whom they say that the invoice is addressed to."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import BoundField
from django.http import HttpRequest

from checkout.extension import periods, taxes
from checkout.extension.forms import OTHER, PRICES, ExtendForm
from checkout.extension.periods import Extension
from checkout.page.forms import EARLY_START, CheckoutForm
from checkout.page.rendering import current_customer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import early_starts, taxation
from storefront.billing.tax import SellerTax
from storefront.core import country_choice
from storefront.users.models import User


@dataclass
class PageForms:
    """``payer``: who is typed."""

    choices: ExtendForm
    #: For a visitor who is not logged in; bound only if they say that they pay themselves.
    payer: CheckoutForm | None
    seller: SellerTax

    @property
    def names_another(self) -> bool:
        """Whether a visitor says that the holder does not get the invoice."""
        return self.payer is not None and self.choices["payer"].value() == OTHER

    @property
    def early_start(self) -> BoundField | None:
        """The box of a consumer in the EU, whoever of the two forms asks it."""
        form = self.payer if self.names_another else self.choices
        return form[EARLY_START] if form is not None and EARLY_START in form.fields else None

    @property
    def wants_early_start(self) -> bool:
        """Of valid forms."""
        box = self.early_start
        return box is not None and bool(box.form.cleaned_data.get(EARLY_START))

    def are_valid(self) -> bool:
        return all([form.is_valid() for form in (self.choices, self.payer) if form is not None and form.is_bound])


def of(request: HttpRequest, extension: Extension) -> PageForms:
    """As they are shown first, or as they were sent."""
    data = request.POST if request.method == "POST" else None
    customer = current_customer(request)
    page, seller = request.get_full_path(), taxation.settings()
    choices = ExtendForm(data, extension=extension, asks_payer=customer is None, page=page)
    if customer is not None:
        return _asking(PageForms(choices, None, seller), customer, extension)
    typed = data if data and data.get("payer") == OTHER and not asks_for_fields(request) else None
    initial = {"country": country_choice.current() or seller.country}
    initial |= {name: request.POST[name] for name in request.POST}
    payer = CheckoutForm(
        typed, customer=None, needs_portal=False, versions=[], initial=initial, page=page, total=PRICES, is_paid=True
    )
    return _asking(PageForms(choices, payer, seller), None, extension)


def _asking(forms: PageForms, customer: User | None, extension: Extension) -> PageForms:
    """With the box of a consumer in the EU; a payer who is typed is asked by their own form."""
    if not forms.names_another and early_starts.is_asked(_printed(customer or extension.license.customer)):
        forms.choices.ask_for_early_start()
    return forms


def asks_for_fields(request: HttpRequest) -> bool:
    """Whether only the fields of another country are asked for."""
    return request.POST.get("go") == CheckoutForm.RELOAD


def addressee(customer: User | None, extension: Extension, forms: PageForms) -> PayerDetails:
    """Whom the invoice will be addressed to, as the forms stand."""
    if forms.payer is not None and forms.names_another:
        return forms.payer.so_far
    return taxes.default_payer(customer or extension.license.customer)


def _printed(customer: User) -> PayerDetails:
    """Whom the invoice of a customer is addressed to who does not say: as ``checkout.orders.create`` prints it."""
    default = taxes.default_payer(customer)
    if default != PayerDetails():
        return default
    return PayerDetails.from_json({"company": periods.contact_of(customer).company})
