"""Rates of tax: those that come with the shop, and the table that staff keep."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from storefront.billing.models import ExchangeRate, Invoice, Seller, TaxRate
from storefront.billing.services import invoices, tax_threshold, taxation
from storefront.billing.services.invoices import NewLine
from storefront.billing.tax import TaxDecision, TaxFacts, shipped_rates
from storefront.core import clock
from storefront.core.instants import day_of

pytestmark = pytest.mark.django_db
#: The standard rates on 1 January 2026, typed from the Commission's "VAT rates applied in the Member States".
IN_2026 = """
AT 20 BE 21 BG 20 CY 19 CZ 21 DE 19 DK 25 EE 24 ES 21 FI 25.5 FR 20 GR 24 HR 25 HU 27 IE 23 IT 22 LT 21 LU 17 LV 21
MT 18 NL 21 PL 23 PT 23 RO 21 SE 25 SI 22 SK 23
""".split()


@pytest.fixture
def rates():
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)


@pytest.fixture
def march():
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
        yield


def new(country="DE", rate="20", since="2027-01-01", until=None, **more) -> TaxRate:
    return TaxRate(country=country, rate=Decimal(rate), valid_from=date.fromisoformat(since), valid_to=until, **more)


def saved(row: TaxRate) -> TaxRate:
    row.full_clean()
    row.save()
    return row


def problem(row: TaxRate) -> str:
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    (field,) = refusal.value.message_dict
    return field


def test_every_member_state_has_the_rate_of_2026(rates):
    day = date(2026, 1, 1)
    in_force = TaxRate.objects.filter(valid_from__lte=day, valid_to=None)
    assert {row.region: row.rate for row in in_force.exclude(region="")} == {"AT-JM": 19, "PT-20": 16, "PT-30": 22}
    found = {row.country: row.rate for row in in_force.filter(region="")}
    assert found == {code: Decimal(rate) for code, rate in zip(IN_2026[::2], IN_2026[1::2], strict=True)}
    assert len(found) == 27


def test_shipped_rates_have_no_gap_and_no_overlap(rates):
    for row in TaxRate.objects.all():
        row.full_clean()


def test_loading_again_changes_nothing_that_staff_wrote(rates):
    TaxRate.objects.filter(country="DE").update(rate=16)
    TaxRate.objects.filter(country="FR").delete()
    assert shipped_rates.load(TaxRate) == 1
    assert TaxRate.objects.get(country="DE").rate == 16


def test_a_new_rate_ends_the_one_before(rates):
    saved(new(since="2027-01-01"))
    assert list(TaxRate.objects.filter(country="DE").values_list("rate", "valid_to")) == [
        (Decimal(20), None),
        (Decimal(19), date(2026, 12, 31)),
    ]


def test_a_beginning_that_is_corrected_moves_the_end_of_the_one_before(rates):
    row = saved(new(since="2027-01-01"))
    row.valid_from = date(2027, 7, 1)
    saved(row)
    assert TaxRate.objects.get(country="DE", rate=19).valid_to == date(2027, 6, 30)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2027-02-01", None, "valid_from"),  # a gap after 31 December
        ("2026-12-01", None, "valid_from"),  # an overlap of a month
        ("2027-01-01", date(2026, 12, 31), "valid_to"),  # ends before it begins
        ("2021-01-01", None, "valid_from"),  # that day has a rate already
        ("2020-01-01", None, "valid_to"),  # runs into the first one
        ("2020-01-01", date(2020, 6, 30), "valid_to"),  # leaves a gap to the first one
    ],
)
def test_a_gap_or_an_overlap_is_refused_at_its_field(rates, since, until, field):
    TaxRate.objects.filter(country="DE").update(valid_to=date(2026, 12, 31))
    assert problem(new(since=since, until=until)) == field


def test_a_region_has_rates_of_its_own_beside_the_countrys(rates):
    saved(new("PT", "15", "2027-01-01", region="PT-20"))
    assert TaxRate.objects.get(region="PT-20", rate=16).valid_to == date(2026, 12, 31)
    assert TaxRate.objects.get(country="PT", region="").valid_to is None
    TaxRate.objects.filter(region="PT-30").update(valid_to=date(2026, 12, 31))
    assert problem(new("PT", "22", "2027-02-01", region="PT-30")) == "valid_from"
    assert problem(new("DE", "15", "2027-01-01", region="PT-20")) == "region"


@pytest.mark.parametrize("rate", ["-1", "100", "1000"])
def test_a_rate_is_a_percentage(rates, rate):
    assert problem(new(rate=rate)) == "rate"


def make_seller(**fields) -> Seller:
    return Seller.objects.create(name="Northbridge", address="1 Harbour Street", **fields)


def sell(country: str, at: datetime, published: str = "119.00") -> TaxDecision:
    """What is decided for a consumer."""
    return taxation.decide_for(payer={"country": country}, at=at, published=Decimal(published), currency="EUR")


def test_the_rate_is_that_of_the_day_in_the_sellers_zone(rates, settings):
    make_seller(tax_regime="vat", country="FI")
    zone = ZoneInfo(settings.TIME_ZONE)
    before, after = datetime(2024, 8, 31, 23, 59, tzinfo=zone), datetime(2024, 9, 1, tzinfo=zone)
    assert [sell("FI", at).rate for at in (before, after)] == [Decimal(24), Decimal("25.5")]


def test_settings_of_the_seller_decide_and_rates_are_those_of_the_table(rates):
    make_seller(tax_regime="vat", country="DE", uses_oss=True)
    TaxRate.objects.filter(country="FR").update(rate=21)
    found = sell("FR", clock.now())
    assert (found.treatment, found.rate, found.included_rate) == ("destination", 21, 19)
    Seller.objects.update(prices_include_tax=False)
    assert sell("FR", clock.now()).included_rate is None
    Seller.objects.update(tax_regime="none")
    assert (sell("FR", clock.now()).treatment, sell("FR", clock.now()).rate) == ("none", 0)


def sold(customer, net: str, *, currency="EUR", reason="consumer_below_threshold", **columns) -> None:
    """A paid sale of so much, without tax."""
    facts = TaxFacts(reason=reason)
    line = NewLine(description="License", amount=Decimal(net), list_amount=Decimal(net))
    with transaction.atomic():
        invoice = invoices.issue(
            customer=customer, order=None, currency=currency, payer={}, lines=[line],
            tax_decision=TaxDecision("standard", Decimal(0), None, facts),
        )  # fmt: skip
    Invoice.objects.filter(pk=invoice.pk).update(**{"status": "paid", "paid_at": clock.now()} | columns)


def test_the_sale_that_passes_the_threshold_is_taxed_in_the_buyers_country(rates, customer):
    make_seller(tax_regime="vat", country="DE", prices_include_tax=False)
    sold(customer, "9000.00")
    assert sell("FR", clock.now(), "1000.00").treatment == "standard"  # 10 000.00 is not above it
    passing = sell("FR", clock.now(), "1000.01")
    assert (passing.treatment, passing.rate, passing.facts.reason) == ("destination", 20, "consumer_above_threshold")
    assert sell("DE", clock.now(), "1000.01").facts.reason == "home"


def test_with_tax_in_the_prices_the_threshold_counts_them_without(rates, customer):
    make_seller(tax_regime="vat", country="DE")
    sold(customer, "9000.00")
    assert sell("FR", clock.now(), "1190.00").treatment == "standard"
    assert sell("FR", clock.now(), "1190.02").treatment == "destination"


@pytest.mark.parametrize(
    "sale",
    [
        {"status": "open"},
        {"status": "void"},
        {"reason": "home"},
        {"reason": "eu_business"},
        {"reason": "outside_eu"},
        {"paid_at": datetime(2024, 12, 31, 12, tzinfo=UTC)},
        {"currency": "PLN"},  # 20 000 PLN of 42 000
    ],
)
def test_other_sales_do_not_count(rates, customer, sale, march):
    make_seller(tax_regime="vat", country="DE", prices_include_tax=False)
    sold(customer, "20000.00", **sale)
    assert sell("FR", clock.now(), "100.00").treatment == "standard"


def test_two_years_are_not_added_up_but_either_passes_it(rates, customer, march):
    make_seller(tax_regime="vat", country="DE", prices_include_tax=False)
    last_year = datetime(2025, 6, 1, tzinfo=UTC)
    sold(customer, "6000.00", paid_at=last_year)
    sold(customer, "6000.00")
    assert sell("FR", clock.now(), "100.00").treatment == "standard"
    sold(customer, "4000.01", paid_at=last_year)
    assert sell("FR", clock.now(), "100.00").treatment == "destination"


def test_currencies_add_up_by_their_part_of_the_sum(rates, customer):
    make_seller(tax_regime="vat", country="PL", prices_include_tax=False)
    sold(customer, "5000.00")
    sold(customer, "20990.00", currency="PLN")
    assert sell("FR", clock.now(), "1.00").treatment == "standard"
    sold(customer, "20.00", currency="PLN")
    assert sell("FR", clock.now(), "1.00").treatment == "destination"


def test_other_currencies_count_by_their_rate_to_the_euro(rates, customer, settings):
    make_seller(tax_regime="vat", country="DE", prices_include_tax=False)
    settings.SHOP_CURRENCIES = ["EUR", "USD"]
    today = day_of(clock.now())
    sold(customer, "20000.00", currency="USD")
    assert sell("FR", clock.now(), "1.00").treatment == "standard" and tax_threshold.uncounted(today) == ["USD"]
    ExchangeRate.objects.create(currency="EUR", quote="USD", rate=Decimal("1.25"), valid_from=today)
    assert sell("FR", clock.now(), "1.00").treatment == "destination" and tax_threshold.uncounted(today) == []
    later = clock.now() + timedelta(days=20)  # nobody has added a newer one
    assert sell("FR", later, "1.00").treatment == "destination" and tax_threshold.uncounted(day_of(later)) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a table of one row whole")
def test_only_the_sales_that_count_are_read(rates, customer):
    """However many others there are: the sum goes by the index of reasons."""
    make_seller(tax_regime="vat", country="DE", prices_include_tax=False)
    sold(customer, "10.00")
    assert Invoice.objects.get().tax_reason == "consumer_below_threshold"
    with CaptureQueriesContext(connection) as queries:
        tax_threshold.is_passed(at=clock.now(), net=Decimal(1), currency="EUR")
    (query,) = queries.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
        assert any("invoice_tax_reason" in row[-1] for row in cursor.fetchall())
