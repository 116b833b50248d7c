"""Whatever happens to the money, the page of a month, its files and the ledger say the same, to the minor unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from storefront.backoffice.accounting import sums
from storefront.billing.accounting import datev, oss, registers, tax_rows
from storefront.billing.accounting.accounts import slots
from storefront.billing.accounting.models import AccountingAccount, DatevSettings
from storefront.billing.models import ExchangeRate, LedgerEntry, Payment
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import disputes, ledger, payments, refund_booking
from storefront.core import clock, money
from storefront.core.spans import Span
from storefront.gateways.payments.disputes import DisputeReason, DisputeSnapshot, DisputeStage
from tests.backoffice.reports import datev_reader
from tests.billing.documents.test_notes import sold
from tests.billing.test_begun_refunds import snapshot_of

pytestmark = pytest.mark.django_db
#: So much of each is one euro.
RATES = {"USD": Decimal("1.25"), "JPY": Decimal("160.5"), "KWD": Decimal("0.35")}
Sums = dict[Any, Decimal]

events = st.lists(
    st.tuples(st.sampled_from(["refund", "refund fails", "lost", "won", "fee"]), st.integers(1, 100)), max_size=5
)
sales = st.lists(
    st.tuples(
        st.sampled_from(["EUR", "USD", "JPY", "KWD"]), st.sampled_from(["0", "7", "20.5"]),
        st.lists(st.integers(1, 9999), min_size=1, max_size=3), events,
    ),
    min_size=1, max_size=2,
)  # fmt: skip


class Roll(Exception):
    """Ends an example, whose rows go with it."""


@given(sales)
@example([("KWD", "0", [19, 2212], [("lost", 85), ("refund", 95), ("lost", 3), ("refund", 36), ("won", 1)])])
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
def test_page_files_and_ledger_say_the_same_whatever_happens(customer: Any, made: list[Any]) -> None:
    with pytest.raises(Roll), transaction.atomic():
        for number, (currency, rate, lines, happened) in enumerate(made):
            unit = money.minor_unit(currency)
            invoice = sold(customer, *(str(line * unit) for line in lines), currency=currency, rate=rate)
            payment = payments.register(
                customer=customer, gateway="wire", reference=f"wire-{number}", is_live=False, amount=invoice.amount,
                currency=currency,
            )  # fmt: skip
            payments.pay(invoice, [(payment, invoice.amount)])
            for at, (what, percent) in enumerate(happened):
                _happens(payment, what, percent, at)
        _all_agree()
        raise Roll


def _happens(payment: Payment, what: str, percent: int, at: int) -> None:
    payment.refresh_from_db()
    kept, refunded = payment.amount_kept, payment.amount_refunded
    part = max(money.minor_unit(payment.currency), money.quantize(kept * percent / 100, payment.currency))
    if what == "fee":
        fees = ledger.own_account(AccountKind.FEES, payment.gateway, payment.currency)
        provider = ledger.own_account(AccountKind.PROVIDER, payment.gateway, payment.currency)
        ledger.move(key=f"fee-{payment.pk}-{at}", kind="fee", source=fees, target=provider, amount=part)
    elif what == "refund" and kept >= part > 0:
        refund_booking.follow(payment, snapshot_of(payment, amount_refunded=refunded + part))
    elif what == "refund fails" and refunded:
        refund_booking.follow(payment, snapshot_of(payment, amount_refunded=refunded - min(refunded, part)))
    elif what in ("lost", "won"):
        withdrawn = min(kept + payment.amount_lost, part) if what == "lost" else Decimal(0)
        if withdrawn or payment.disputes.exists():
            disputes.follow(payment, [_dispute(payment, DisputeStage(what), withdrawn)])


def _dispute(payment: Payment, stage: DisputeStage, withdrawn: Decimal) -> DisputeSnapshot:
    return DisputeSnapshot(
        dispute_reference=f"dp-{payment.pk}", stage=stage, reason=DisputeReason.OTHER, amount=payment.amount,
        currency=payment.currency, opened_at=payment.received_at, withdrawn=withdrawn, fee=Decimal(15),
        fee_currency="EUR",
    )  # fmt: skip


def _all_agree() -> None:
    month = Span(clock.today(), clock.today())
    journal = [
        dict(zip(registers.REGISTERS[0].heads(), row, strict=True)) for row in registers.REGISTERS[0].rows(month)
    ]
    in_file = summed(((row["Account"], row["Currency"]), (row["Credit"] or 0) - (row["Debit"] or 0)) for row in journal)
    page = summed(
        ((each.account.slot, each.currency), each.amount) for each in sums.turnovers(month, tax_rows.tax(month))
    )
    assert page == in_file
    assert summed((currency, amount) for (_slot, currency), amount in in_file.items()) == {}
    of_sales = summed(
        (currency, amount) for (slot, currency), amount in in_file.items() if slot.startswith(("sales:", "tax:"))
    )
    assert of_sales == ledger_of(AccountKind.SALES)
    declared = [row for row in tax_rows.tax(month) if row.rate is not None]
    assert summed((row.currency, row.net + row.tax) for row in declared) == of_sales
    in_oss = summed(((row.country, row.rate, row.currency), row.tax) for row in oss.rows(month))
    assert in_oss == summed(((row.country, row.rate, row.currency), row.tax) for row in declared if row.is_oss)
    for name, kinds, sign in (("payments", registers.PAYMENT, -1), ("refunds", registers.REFUNDS, 1)):
        register = next(each for each in registers.REGISTERS if each.name == name)
        rows = [dict(zip(register.heads(), row, strict=True)) for row in register.rows(month)]
        listed = summed((row["Currency"], row["Amount"]) for row in rows)
        assert listed == summed((each.currency, each.amount) for each in sums.flows(month, kinds, sign))
    _datev_agrees(month)


def _datev_agrees(month: Span) -> None:
    """In each currency it writes; where it writes the books' instead, to a cent a line."""
    AccountingAccount.objects.bulk_create(
        AccountingAccount(slot=slot, number=str(at)) for at, slot in enumerate(slots(), start=1000)
    )
    DatevSettings.objects.create(consultant=1001, client=42)
    for currency, rate in RATES.items():
        ExchangeRate.objects.create(currency="EUR", quote=currency, rate=rate, valid_from=month.first)
    sales_accounts = {str(at) for at, slot in enumerate(slots(), start=1000) if slot.startswith("sales:")}
    for currency, amount in ledger_of(AccountKind.SALES).items():
        lines = datev_reader.read(b"".join(datev.lines(month, currency, by=""))).lines
        of_sales = [line for line in lines if line.account in sales_accounts]
        if currency == "KWD":
            base = sum((line.base for line in of_sales), Decimal(0))
            assert abs(base - amount / RATES[currency]) <= Decimal("0.01") * len(of_sales)
        else:
            assert sum((line.amount for line in of_sales), Decimal(0)) == amount


def ledger_of(kind: AccountKind) -> Sums:
    entries = LedgerEntry.objects.filter(account__kind=kind)
    return summed(entries.values_list("account__currency", "amount"))


def summed(pairs: Iterable[tuple[Any, Any]]) -> Sums:
    found: Sums = defaultdict(Decimal)
    for key, amount in pairs:
        found[key] += Decimal(amount or 0)
    return {key: amount for key, amount in found.items() if amount}
