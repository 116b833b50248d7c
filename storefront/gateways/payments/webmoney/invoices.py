"""Invoices in the buyer's Keeper (X20): the shop makes one, the buyer pays it there until it lapses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from storefront.gateways.errors import ConfigurationError, Declined
from storefront.gateways.payments.base import (
    Feature,
    PaymentSnapshot,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.instructions import Detail, PaymentInstructions
from storefront.gateways.payments.webmoney import api as calls
from storefront.gateways.payments.webmoney.gateway import Gateway
from storefront.gateways.payments.webmoney.purses import Purse, written
from storefront.gateways.payments.webmoney.references import Reference, reference

#: Where buyers open their Keeper.
KEEPER = "https://wallet.webmoney.ru/"
#: What ``lmi_clientnumber`` is: an e-mail address.
BY_EMAIL = 2


class InvoiceGateway(Gateway):
    """One invoice per payment attempt, sent to the Keeper that is registered for the buyer's e-mail address.

    Who has no Keeper under that address is refused, and pays by the page or otherwise. Nothing is charged without the
    buyer: a renewal by this method is a new invoice, which they pay as the first one. WebMoney knows no key of a
    request: where an answer is lost, the next try makes a second invoice of the same payment number.

    It takes purses with an X20 key; everything else is as for the page.
    """

    name = "webmoney_invoice"
    verbose_name = "WebMoney (invoice)"
    buyer_name = company = "WebMoney"
    page_lifetime = timedelta(days=3)
    key_lifetime = timedelta(hours=1)
    supports = frozenset({Feature.INVOICE_BY_MAIL})

    def start(self, request: StartRequest) -> StartedPayment:
        """Make the invoice; nobody is sent anywhere. Raises ``Declined``, curable, for a buyer without a Keeper."""
        carried = self._new(request)
        if not self.limits.takes_email(request.customer_email):
            raise Declined("WebMoney needs the buyer's e-mail address", code="email_missing")
        fields: dict[str, object] = {
            "lmi_payment_amount": written(request.amount),
            "lmi_payment_desc": " ".join(request.description.split())[:255] or "-",
            "lang": "ru-RU" if request.language.startswith("ru") else "en-US",
        }
        if self._is_test:
            fields["emulated_flag"] = 1
        made = self._api.invoice(
            self._purse(carried), carried.number, buyer=request.customer_email, kind=BY_EMAIL, fields=fields
        )
        return StartedPayment(str(replace(carried, invoice=made)), "", carried.closes_at)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """By the invoice (X20), and by the payment number (X18), which also finds money by another invoice of it."""
        carried = reference(provider_reference)
        answer = self._api.look(self._purse(carried), carried.invoice)
        if answer.retval == 0 and answer["wmtransid"]:
            return self._paid(carried, answer)
        found = super().fetch(provider_reference)
        if found.state is RemoteState.OPEN and answer.retval in calls.NOT_YET:
            return self._awaited(found, carried)
        return replace(found, state=RemoteState.EXPIRED) if found.state is RemoteState.OPEN else found

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """Give the invoice up. One that WebMoney keeps is still WAITING."""
        found = self.fetch(provider_reference)
        if found.state is not RemoteState.WAITING:
            return found
        carried = reference(provider_reference)
        self._api.look(self._purse(carried), carried.invoice, code=-1)
        return self.fetch(provider_reference)

    def _usable(self, purses: Mapping[str, Purse]) -> Mapping[str, Purse]:
        usable = {currency: purse for currency, purse in purses.items() if purse.x20}
        if not usable:
            raise ConfigurationError("no purse has a key for invoices (X20)")
        return usable

    def _awaited(self, found: PaymentSnapshot, carried: Reference) -> PaymentSnapshot:
        told = PaymentInstructions(
            method="webmoney", url=KEEPER, pay_until=carried.closes_at, details={Detail.NUMBER: carried.invoice}
        )
        return replace(found, state=RemoteState.WAITING, instructions=told)
