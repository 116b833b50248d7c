"""What the accountant gets of sales in other currencies: OSS in euro, DATEV with the day's rate and both amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from storefront.billing.accounting import accounts, datev, oss, tax_rows
from storefront.billing.accounting.models import AccountingAccount, DatevSettings
from storefront.billing.models import ExchangeRate
from storefront.core.spans import months_from
from tests.backoffice.reports import datev_reader
from tests.billing.documents.test_notes import paid, sold

pytestmark = pytest.mark.django_db
JUNE = months_from(date(2026, 6, 1), 1)


def rate(quote: str, number: str, day: str, **more: Any) -> None:
    ExchangeRate.objects.create(currency="EUR", quote=quote, rate=number, valid_from=day, **more)


def test_oss_is_in_euro_at_the_ecbs_rate_of_the_last_day_or_the_next(stripe: Any, customer: Any) -> None:
    for day, amount, currency in (("04-02", "120.50", "USD"), ("06-30", "120.50", "USD"), ("05-05", "241.00", "EUR")):
        with time_machine.travel(f"2026-{day}T12:00:00Z", tick=False):
            paid(sold(customer, amount, currency=currency), stripe)
    rate("USD", "9", "2026-06-29")
    rate("USD", "8", "2026-06-30", source="tax_authority")
    assert oss.without_rate(oss.rows(JUNE)) == ["USD"]
    rate("USD", "1.25", "2026-07-01")
    found = {row.currency: (row.net, row.tax, row.euro_net, row.euro_tax) for row in oss.rows(JUNE)}
    assert found == {
        "USD": (Decimal(200), Decimal(41), Decimal(160), Decimal("32.80")),
        "EUR": (Decimal(200), Decimal(41), Decimal(200), Decimal(41)),
    }
    assert oss.rows(months_from(date(2026, 7, 1), 1)) == [] and oss.name_of(oss.quarter(JUNE)) == "2026 Q2"


def test_oss_has_member_states_alone_and_the_rate_as_it_was_published(stripe: Any, customer: Any) -> None:
    with time_machine.travel("2026-06-10T12:00:00Z", tick=False):
        paid(sold(customer, "16345", currency="JPY"), stripe)
        paid(sold(customer, "110.00", rate="10", country="AU"), stripe)
    rate("JPY", "163.45", "2026-06-30")
    assert [(row.country, row.rate_of_euro) for row in oss.rows(JUNE)] == [("FR", Decimal("163.45"))]
    assert {row.country: (row.tax, row.is_oss) for row in tax_rows.tax(JUNE)} == {
        "FR": (Decimal(2781), True), "AU": (Decimal(10), False),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "amount", "number", "named"),
    [("USD", "120.50", "1.25", True), ("JPY", "1205", "160.5", True), ("KWD", "120.510", "0.35", False),
     ("GBP", "120.50", "0.85", False)],
)  # fmt: skip
def test_datev_has_two_places_and_a_rate_where_it_has_room_for_one(
    stripe: Any, customer: Any, currency: str, amount: str, number: str, named: bool
) -> None:
    with time_machine.travel("2026-06-10T12:00:00Z", tick=False):
        paid(sold(customer, amount, currency=currency), stripe)
    for at, slot in enumerate(accounts.slots(), start=1000):
        AccountingAccount.objects.create(slot=slot, number=str(at))
    DatevSettings.objects.create(consultant=1001, client=42)
    with pytest.raises(datev.NotReady):
        list(datev.lines(JUNE, currency, by="Pat Owner"))
    rate(currency, number, "2026-06-10")
    batch = datev_reader.read(b"".join(datev.lines(JUNE, currency, by="Pat Owner")))
    base = (Decimal(amount) / Decimal(number)).quantize(Decimal("0.01"))
    assert batch.head[21] == '"EUR"' and len(batch.lines) == 2
    for line in batch.lines:
        assert abs(line.base) == base
        if named:
            assert (line.currency, abs(line.amount), line.rate) == (currency, Decimal(amount), Decimal(number))
        else:
            assert (line.currency, line.rate) == ("EUR", None)
            assert line.info == (currency, amount.replace(".", ","))
