"""Bank transfer as a payment method of the pay page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from storefront.billing import links
from storefront.billing.methods_by_hand import MethodByHand
from storefront.billing.models import Invoice
from storefront.billing.transfers import accounts
from storefront.billing.transfers.instructions import instructions_for
from storefront.billing.transfers.services import awaiting
from storefront.core import money
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.limits import Limits


class BankTransferMethod(MethodByHand):
    """Open in every currency that the seller has an account for, from the smallest unit on."""

    verbose_name = gettext_lazy("Bank transfer")
    template_name = "pay/bank_transfer.html"

    def limits(self) -> Limits:
        """Raises ConfigurationError while there is no account."""
        found = accounts.currencies()
        if not found:
            raise ConfigurationError(gettext("Add a bank account under Shop, Bank accounts."))
        units = {currency: money.minor_unit(currency) for currency in found}
        return Limits(currencies=found, smallest=units, steps=units)

    def takes(self, invoice: Invoice) -> bool:
        return accounts.for_invoice(invoice) is not None

    def context(self, invoice: Invoice) -> Mapping[str, Any]:
        return {"transfer": instructions_for(invoice), "transfer_path": links.transfer_path(invoice)}

    def choose(self, invoice: Invoice) -> None:
        awaiting.expect(invoice)

    def is_chosen(self, invoice: Invoice) -> bool:
        return awaiting.is_expected(invoice)


METHOD = BankTransferMethod()
