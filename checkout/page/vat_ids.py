"""The VAT id of a company at the checkout: asked of VIES before the order, outside any transaction."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from checkout.page.forms import CheckoutForm
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import taxation
from storefront.billing.tax import VatOutcome

#: Hidden field: the id of which the page has said that it is not valid.
TOLD = "vat_told"


def is_refused(request: HttpRequest, form: CheckoutForm) -> bool:
    """Ask VIES about the id of a valid form, where its answer decides about the tax. An invalid one gets a message at
    its field, once: who presses the button again buys as a consumer. No answer refuses nothing."""
    payer = form.details
    if taxation.ask(payer) is not VatOutcome.INVALID or request.POST.get(TOLD) == payer.vat_id:
        return False
    form.add_error("payer" if form.chosen else "vat_id", told(payer))
    return True


def told(payer: PayerDetails) -> str:
    return _(
        "VIES, the EU's register, does not know the VAT number %(number)s as valid. Correct it, or press 'Checkout' "
        "again to buy with VAT, as a consumer does."
    ) % {"number": payer.vat_id}
