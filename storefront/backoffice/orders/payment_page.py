"""The page of one attempt to pay with the money it brought, or of money that came without a page of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _

from storefront.backoffice.orders import rows, story, timeline
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.refunds import offers as refund_offers
from storefront.billing import gateway_registry, status
from storefront.billing.models import Payment, PaymentAttempt
from storefront.core import money
from storefront.core.instants import instant

#: ``Payment.public_id`` of money without an attempt.
_WITHOUT_ATTEMPT = "payment-"


class PaymentPage(DetailPage):
    """What was asked for, what the provider said and when, what came of it."""

    template_name = "backoffice/orders/payment.html"
    permissions = ("billing.view_paymentattempt", "billing.view_payment")
    header_icon = "clipboard-list"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.reader: Any = request.user

    @cached_property
    def attempt(self) -> PaymentAttempt | None:
        found = PaymentAttempt.objects.select_related("invoice__customer", "invoice__order", "payment__customer")
        return found.filter(public_id=self.kwargs["public_id"]).first()

    @cached_property
    def payment(self) -> Payment | None:
        name = self.kwargs["public_id"]
        if self.attempt is not None:
            return getattr(self.attempt, "payment", None)
        number = name.removeprefix(_WITHOUT_ATTEMPT)
        is_number = name.startswith(_WITHOUT_ATTEMPT) and number.isascii() and number.isdecimal() and len(number) < 19
        found = Payment.objects.select_related("customer").filter(attempt=None)
        return found.filter(pk=int(number)).first() if is_number else None

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (Crumb("backoffice-payments", _("Payments")),)

    def get_page_title(self) -> str:
        thing: PaymentAttempt | Payment | None = self.attempt or self.payment
        if thing is None:
            raise Http404
        return _("Payment %(name)s") % {"name": self.attempt or thing}

    def facts(self) -> Iterable[Fact]:
        if self.attempt is not None:
            yield from self._facts_of_attempt(self.attempt)
        if self.payment is not None:
            yield from self._facts_of_money(self.payment)

    def acts(self) -> Iterable[ActLink]:
        return refund_offers.of_payment(self.payment) if self.payment else ()

    def _facts_of_attempt(self, attempt: PaymentAttempt) -> Iterable[Fact]:
        state = status.of_attempt(attempt)
        yield Fact(_("State"), state.label)
        if state.reason:
            yield Fact(_("Why"), state.reason)
        if attempt.failure_code:
            yield Fact(_("Code of the refusal"), format_html("<code>{}</code>", attempt.failure_code))
        yield Fact(_("Amount"), money.display(attempt.amount, attempt.currency))
        yield Fact(_("Method"), rows.method_of(attempt))
        yield Fact(_("Mode"), _("Real money") if attempt.is_live else _("Test"))
        yield Fact(_("Invoice"), attempt.invoice.number, attempt.invoice)
        if attempt.invoice.order:
            yield Fact(_("Order"), attempt.invoice.order.number, attempt.invoice.order)
        yield Fact(_("Customer"), rows.customer_of(attempt.invoice), attempt.invoice.customer)
        yield Fact(_("Begun"), instant(attempt.created_at))
        if attempt.checked_at:
            yield Fact(_("Asked last"), instant(attempt.checked_at))
        if attempt.next_check_at:
            yield Fact(_("Asked next"), instant(attempt.next_check_at))

    def _facts_of_money(self, payment: Payment) -> Iterable[Fact]:
        yield Fact(_("Payment"), payment.number)
        yield Fact(_("Received"), instant(payment.received_at))
        if self.attempt is None:
            yield Fact(_("Amount"), money.display(payment.amount, payment.currency))
            yield Fact(_("Method"), rows.method_of(payment))
            yield Fact(_("Customer"), payment.customer.get_full_name() or payment.customer.email, payment.customer)
        if payment.amount_refunded:
            yield Fact(_("Refunded"), money.display(payment.amount_refunded, payment.currency))
        if payment.amount_lost:
            yield Fact(_("Lost in disputes"), money.display(payment.amount_lost, payment.currency))
        if payment.is_disputed:
            yield Fact(_("Dispute"), _("Yes"))

    def references(self) -> list[tuple[str, str, str]]:
        """What the provider calls it: label, reference, the page of the provider's own dashboard or ""."""
        thing: Any = self.attempt or self.payment
        named = (
            [(_("Charge"), thing.charge_reference), (_("Payment page"), thing.provider_reference)]
            if self.attempt
            else [(_("Payment"), thing.reference)]
        )
        return [(label, name, gateway_registry.dashboard_url(thing.gateway, name)) for label, name in named if name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = story.of_payment(self.attempt, self.payment, reader=self.reader)
        return super().get_context_data(**kwargs) | {
            "attempt": self.attempt,
            "payment": self.payment,
            "references": self.references(),
            "story": found,
            "happenings": timeline.of(found, []),
        }
