"""Cancel the order of an unpaid invoice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.voucher.models import VoucherApplication

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.acts import Outcome
from storefront.backoffice.orders.acts.base import UnpaidAct, names, told
from storefront.billing import gateway_registry
from storefront.billing.models import Invoice
from storefront.billing.services import unpaid
from storefront.billing.states import OPEN_ATTEMPT

ACTION = "orders.cancel"


class CancelForm(TellCustomer, ActForm):
    field_order = ["reason", "tell_customer"]


def sentences(invoice: Invoice) -> Iterator[str]:
    """What cancelling does to an order, without what the customer is told."""
    yield _("Order %(order)s of %(name)s over %(amount)s is cancelled, and invoice %(invoice)s is void.") % names(
        invoice
    )
    for attempt in invoice.attempts.all():
        if attempt.status in OPEN_ATTEMPT:
            provider = {"provider": gateway_registry.verbose_name(attempt.gateway)}
            yield (
                _(
                    "The open payment is closed at %(provider)s first. If it turns out to be paid, the order is paid "
                    "instead and is not cancelled."
                )
                % provider
            )
    codes = VoucherApplication.objects.filter(order=invoice.order).values_list("voucher__code", flat=True)
    for code in codes if invoice.order else ():
        yield _("Voucher %(code)s can be used again.") % {"code": code}
    yield _("The payment link no longer works.")


class Cancel(UnpaidAct):
    """The open charge is closed at the provider first, because only it can say that no money will come. ``unpaid``
    looks again under the invoice's lock: what was paid, cancelled or replaced meanwhile is left alone."""

    permissions = ("billing.cancel_invoice",)
    action = ACTION
    page_title = gettext_lazy("Cancel the order")
    header_icon = "cross"
    form_class = CancelForm
    is_serious = True
    is_atomic = False

    def preview(self, form: Any) -> list[str]:
        self.check(form)
        return [*sentences(self.object), told(form, self.object)]

    def perform(self, form: Any) -> Outcome:
        before = self.object.get_status_display()
        unpaid.close_charges(invoice=self.object)
        with transaction.atomic():
            after = unpaid.cancel(invoice=self.object, is_told=form.cleaned_data["tell_customer"])
            outcome = Outcome(
                _("Order %(order)s is cancelled.") % names(after),
                {"state": str(before)},
                {"state": str(after.get_status_display())},
            )
            self.record(outcome, form)
        return outcome
