"""A year of trade, made by the shop's own services with the clock set to each of its days.

Two products, four license types, two currencies, three tax rates, countries, vouchers, renewals early and late,
licenses that are lost, refunds by sum, by line and in full, disputes lost and won, money on personal accounts, invoices
that are unpaid, void and of cancelled orders. What comes of it is left to the services: nothing here knows a sum.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.db import transaction
from oscar.apps.order.models import OrderDiscount

from storefront.billing.models import Invoice, Payment
from storefront.billing.services import invoices, orders, payments, refunds, settlement, starting
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.refund_units import units_left
from storefront.billing.states import InvoiceKind
from storefront.billing.tax import TaxDecision, TaxTreatment
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.queries import licenses_for_invoice
from storefront.licensing.services import revocation, staff_time
from storefront.users.models import User
from tests.billing.building import make_order
from tests.licensing.conftest import make_product

#: The reports are read at this moment, a month after the year.
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
RATES = (Decimal(0), Decimal(20), Decimal("5.5"))
COUNTRIES = ("DE", "FR", "")


def on(month: int, day: int, *, year: int = 2025) -> AbstractContextManager[Any]:
    return time_machine.travel(datetime(year, month, day, 10, 30, tzinfo=UTC))


@dataclass
class Trade:
    """The making of it. ``stripe``: the stand-in, for what is refunded or disputed."""

    stripe: Any
    random: random.Random = field(default_factory=lambda: random.Random(20250101))
    customers: list[User] = field(default_factory=list)
    products: list[Any] = field(default_factory=list)
    count: int = 0

    def make(self) -> None:
        self.products = [make_product("calls", binding_kind="none"), make_product("chats", binding_kind="none")]
        for number in range(12):
            self.customers.append(User.objects.create_user(email=f"buyer{number}@example.com", name=f"Buyer {number}"))
        for month in range(1, 13):
            for _number in range(4):
                with on(month, self.random.randint(1, 28)):
                    self._pay(self._order())
        self._renewals()
        self._given_back()
        self._disputed()
        self._not_income()

    def order(self, customer: User, lines: Sequence[tuple[Any, str, int, str]], **more: Any) -> Invoice:
        """An unpaid order. ``lines``: product, license type, months, amount."""
        self.count += 1
        currency, rate = more.get("currency", "EUR"), more.get("rate", self.random.choice(RATES))
        country = more.get("country", self.random.choice(COUNTRIES))
        total = sum((Decimal(amount) for *_, amount in lines), Decimal(0))
        with transaction.atomic():
            placed = make_order(customer, total=total, currency=currency)
            for code in more.get("vouchers", ()):
                OrderDiscount.objects.create(order=placed, category="Basket", voucher_code=code, amount=1)
            return invoices.issue(
                customer=customer, order=placed, currency=currency, tax_decision=TaxDecision(TaxTreatment.NONE, rate),
                payer={"name": customer.name, "email": customer.email, "company": "=1+1 Ltd", "country": country},
                lines=[
                    invoices.NewLine(
                        description=f"{product} {plan} {months}", amount=Decimal(amount), list_amount=Decimal(amount),
                        license_terms=replace(terms(product, plan, months), extends_license=more.get("extends", ""))
                        if product else None,
                    )
                    for product, plan, months, amount in lines
                ],
            )  # fmt: skip

    def _order(self) -> Invoice:
        pick = self.random.choice
        lines = [
            (
                pick(self.products),
                pick(("standard", "pro")),
                pick((1, 3, 12)),
                f"{pick(range(500, 30000)) / 100:.2f}",
            )
            for _number in range(self.random.randint(1, 3))
        ]
        if self.random.random() < 0.2:
            lines.append((None, "", 0, "33.33"))  # a service: it grants nothing
        return self.order(
            pick(self.customers), lines, currency=pick(("EUR", "EUR", "EUR", "USD")),
            vouchers=pick(((), (), ("SPRING",), ("SPRING", "FRIEND"))),
        )  # fmt: skip

    def _pay(self, invoice: Invoice, *, card: bool = False) -> Payment:
        """By bank transfer, or by card where something is to become of the payment."""
        if card:
            attempt = starting.start(invoice=invoice, gateway_name="stripe")
            self.stripe.pay(attempt.provider_reference)
            return settlement.settle(attempt_id=attempt.pk).payment
        with transaction.atomic():
            payment = payments.register(
                customer=invoice.customer, gateway="wire", reference=f"wire-{invoice.pk}", is_live=False,
                amount=invoice.amount, currency=invoice.currency,
            )  # fmt: skip
            payments.pay(invoice, [(payment, invoice.amount)])
        return payment

    def _renewals(self) -> None:
        """One month from 10 January, extended early, within the pause, too late, twice, by goodwill, or never."""
        staff = User.objects.create_superuser(email="staff@example.com", password=None)
        for at, days in enumerate((-5, 25, 50, None, None, None)):
            customer = self.customers[at]
            with on(1, 10):
                first = self.order(customer, [(self.products[at % 2], "standard", 1, "10.00")])
                self._pay(first)
                license = licenses_for_invoice(first)[0]
            if days is not None:
                with time_machine.travel(license.valid_until + timedelta(days=days)):
                    extends = {"extends": license.public_id}
                    self._pay(self.order(customer, [(self.products[at % 2], "pro", 3, "75.01")], **extends))
            if at == 3:
                with on(2, 1):
                    staff_time.extend(license=fresh(license), actor=staff, reason="Slow help", days=20)
            if at == 4:
                with on(1, 20):
                    revocation.revoke(license=fresh(license), actor=staff, reason="Fraud")
        with on(1, 12, year=2026):
            self._pay(self.order(self.customers[0], [(self.products[0], "standard", 12, "96.00")]))
        with on(12, 14):
            self._pay(self.order(self.customers[1], [(self.products[1], "standard", 1, "10.00")]))  # ended lately

    def _given_back(self) -> None:
        """A sum that no line divides evenly, a line, everything, everything in two steps, and a line, then sums."""
        three = [(self.products[0], "standard", 12, "10.00"), (self.products[1], "pro", 3, "10.00")]
        three.append((self.products[1], "standard", 1, "10.01"))
        made = []
        with on(3, 3):
            for number in range(5):
                made.append(self.order(self.customers[number], three, rate=RATES[number % 3], vouchers=("SPRING",)))
                self._pay(made[-1], card=True)
        for month, invoice, decision in (
            (3, made[0], {"amount": Decimal("7.77")}),
            (4, made[1], {"units": list(units_left(made[1]))[1:2]}),
            (5, made[2], {"amount": made[2].amount}),
            (6, made[3], {"amount": Decimal("0.01")}),
            (7, made[3], {"amount": made[3].amount - Decimal("0.01")}),
            (4, made[4], {"units": list(units_left(made[4]))[2:]}),
            (6, made[4], {"amount": Decimal("6.67")}),
            (8, made[4], {"amount": Decimal("2.50"), "ending": list(units_left(made[4]))[:1]}),
        ):
            with on(month, 17):
                refunds.begin(
                    decision=RefundDecision(invoice=fresh(invoice), **decision), reason="Agreed", by=None, is_told=False
                )  # fmt: skip

    def _disputed(self) -> None:
        """Lost whole, lost in part, won, and lost with an appeal that is won."""
        ways: tuple[tuple[int | None, tuple[str, ...]], ...] = (
            (None, ("lost",)), (505, ("lost",)), (None, ("won",)),
            (None, ("lost", "appeal_needs_response", "appeal_under_review", "won")),
        )  # fmt: skip
        for number, (amount, steps) in enumerate(ways):
            with on(8, 5):
                invoice = self.order(
                    self.customers[5 + number],
                    [(self.products[0], "standard", 1, "40.00"), (self.products[1], "pro", 1, "2.99")],
                )  # fmt: skip
                payment = self._pay(invoice, card=True)
            reference = payment.attempt.provider_reference if payment.attempt else ""
            with on(9, 1):
                self.stripe.dispute(reference, **({"amount": amount} if amount else {}))
                settlement.settle(attempt_id=payment.attempt_id, look_for_disputes=True)
            for step, status in enumerate(steps):
                with on(9 + step, 20):
                    self.stripe.move_dispute(reference, status=status)
                    settlement.settle(attempt_id=payment.attempt_id, look_for_disputes=True)

    def _not_income(self) -> None:
        """An advance payment and a purchase with it, money for a cancelled order, and invoices nobody paid."""
        rich = self.customers[9]
        with on(10, 2):
            advance = invoices.issue(
                customer=rich, order=None, currency="EUR", payer={"name": rich.name}, kind=InvoiceKind.ADVANCE_PAYMENT,
                lines=[invoices.NewLine(description="Advance", amount=Decimal(500), list_amount=Decimal(500))],
            )  # fmt: skip
            money = self._pay(advance, card=True)
        with on(11, 2), transaction.atomic():
            bought = self.order(rich, [(self.products[0], "pro", 1, "123.45")])
            payments.pay(bought, [(money, bought.amount)])
        with on(11, 9):
            late = self.order(rich, [(self.products[0], "standard", 1, "77.00")])
            attempt = starting.start(invoice=late, gateway_name="stripe")
            cancel(late)
            self.stripe.pay(attempt.provider_reference)
            settlement.settle(attempt_id=attempt.pk)
        for month, amount, fate in (
            (1, "1000.00", "void"), (2, "2000.00", "cancelled"), (5, "64.01", ""), (11, "32.02", ""), (12, "16.03", ""),
        ):  # fmt: skip
            with on(month, 22):
                unpaid = self.order(self.customers[10], [(self.products[1], "standard", 3, amount)])
                if fate == "void":
                    invoices.void(invoice=unpaid, reason="Not paid in time")
                elif fate == "cancelled":
                    cancel(unpaid)
        for days, amount in ((5, "8.04"), (20, "4.05")):
            with time_machine.travel(NOW - timedelta(days=days)):
                self.order(self.customers[11], [(self.products[0], "pro", 1, amount)], currency="USD")


def cancel(invoice: Invoice) -> None:
    with transaction.atomic():
        orders.set_status(order=fresh(invoice).order, status=orders.CANCELLED)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def terms(product: Any, plan_code: str, months: int) -> LicenseTerms:
    plan = product.plans.get(code=plan_code)
    return LicenseTerms(
        software_id=product.pk, product_title=product.product.title, plan_id=plan.pk, plan_code=plan.code,
        plan_name=plan.name, months=months, binding_kind=product.binding_kind, starts_at_payment=True,
    )  # fmt: skip
