"""Acts on unpaid orders and invoices, one by one and many at once: preview, confirmation, mail, log."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from oscar.apps.voucher.models import VoucherApplication
from wagtail.models import ModelLogEntry

from storefront.billing.models import Invoice, Seller, TaxRate
from storefront.billing.services import starting, unpaid
from storefront.billing.tax import shipped_rates
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.billing.building import make_invoice
from tests.checkout.building import make_voucher
from tests.purchases import order, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant(client_of: Callable[[str], Client]) -> Client:
    return client_of("Accounting")


@pytest.fixture
def invoice(customer: Any) -> Any:
    return make_invoice(customer)


def path(invoice: Any, act: str) -> str:
    return f"/admin/invoices/{invoice.number}/{act}/"


def log_of(invoice: Any) -> Any:
    return ModelLogEntry.objects.for_instance(invoice).get()


def mails(prefix: str) -> int:
    return OutboxMessage.objects.filter(key__startswith=prefix).count()


def status(invoice: Any) -> str:
    return str(Invoice.objects.get(pk=invoice.pk).status)


class TestCancel:
    def test_the_preview_says_what_happens_and_changes_nothing(
        self, accountant: Client, invoice: Any, stripe: Any
    ) -> None:
        starting.start(invoice=invoice, gateway_name="stripe")
        VoucherApplication.objects.create(voucher=make_voucher(), order=invoice.order, user=invoice.customer)
        shown = sentences(preview(accountant, path(invoice, "cancel"), tell_customer="on"))
        for part in (invoice.order.number, invoice.number, "€96.00", "Stripe", "SPRING", "buyer@example.com is told"):
            assert part in shown
        assert status(invoice) == "open"

    def test_it_is_done_logged_and_told(self, accountant: Client, invoice: Any) -> None:
        answer = confirmed(accountant, path(invoice, "cancel"), tell_customer="on")
        assert answer.url == f"/admin/orders/{invoice.order.number}/"
        assert (status(invoice), mails("order-voided:")) == ("void", 1)
        entry = log_of(invoice)
        assert (entry.action, entry.data["reason"], entry.data["is_told"]) == ("orders.cancel", "Asked by phone", True)
        assert entry.data["customer"] == invoice.customer_id
        page = accountant.get(answer.url).content.decode()
        assert "Cancel an order" in page
        assert "Asked by phone" in page
        assert path(invoice, "cancel") not in page

    def test_nobody_is_told_unless_asked(self, accountant: Client, invoice: Any) -> None:
        confirmed(accountant, path(invoice, "cancel"))
        assert (status(invoice), mails("order-voided:")) == ("void", 0)

    def test_a_paid_one_is_refused_in_words(self, accountant: Client, customer: Any, shop: Any, stripe: Any) -> None:
        paid = pay(order(customer, shop), stripe).invoice
        assert "paid already" in errors(preview(accountant, path(paid, "cancel")))

    def test_one_paid_between_preview_and_confirmation_is_kept(
        self, accountant: Client, invoice: Any, stripe: Any
    ) -> None:
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        assert "paid already" in errors(confirmed(accountant, path(invoice, "cancel")))
        assert status(invoice) == "paid"
        assert not ModelLogEntry.objects.for_instance(invoice).exists()

    def test_a_silent_provider_is_said_and_nothing_is_changed(
        self, accountant: Client, invoice: Any, stripe: Any
    ) -> None:
        starting.start(invoice=invoice, gateway_name="stripe")
        stripe.fail_next(kind="status", status=503, count=9)
        assert "does not answer" in errors(confirmed(accountant, path(invoice, "cancel")))
        assert status(invoice) == "open"

    def test_support_may_not(self, client_of: Callable[[str], Client], invoice: Any) -> None:
        support = client_of("Support")
        assert support.post(path(invoice, "cancel"), {"reason": "r"}).status_code == 403
        assert path(invoice, "cancel") not in support.get(f"/admin/orders/{invoice.order.number}/").content.decode()


class TestDueDay:
    def test_more_time(self, accountant: Client, invoice: Any) -> None:
        until = clock.today() + timedelta(days=40)
        confirmed(accountant, path(invoice, "postpone"), until=until.isoformat(), tell_customer="on")
        assert unpaid.last_day(Invoice.objects.get()) == until
        assert mails("due-day-extended:") == 1
        assert log_of(invoice).data["after"] == {"due": until.isoformat()}

    @pytest.mark.parametrize("days", [-1, 0, 91])
    def test_a_bad_day_stands_at_its_field(self, accountant: Client, invoice: Any, days: int) -> None:
        until = (clock.today() + timedelta(days=days)).isoformat()
        assert "until" in preview(accountant, path(invoice, "postpone"), until=until).context["form"].errors

    def test_a_reminder(self, accountant: Client, invoice: Any) -> None:
        confirmed(accountant, path(invoice, "remind"))
        assert mails("unpaid-reminder:") == 1
        assert "less than a day ago" in errors(confirmed(accountant, path(invoice, "remind")))


class TestPayer:
    DATA = {
        "kind": "company", "name": "Ada Buyer", "company": "Acme GmbH", "country": "DE", "address": "Hafenstr. 1",
        "city": "Hamburg", "phone": "",
    }  # fmt: skip

    def test_a_new_invoice_takes_its_place(self, accountant: Client, invoice: Any) -> None:
        shown = sentences(preview(accountant, path(invoice, "payer"), **self.DATA))
        assert "Company: – → Acme GmbH" in shown
        answer = confirmed(accountant, path(invoice, "payer"), **self.DATA)
        new = Invoice.objects.get(replaces=invoice)
        assert answer.url == f"/admin/orders/{invoice.order.number}/"
        assert (status(invoice), status(new), new.payer["company"]) == ("void", "open", "Acme GmbH")
        assert log_of(invoice).data["after"]["invoice"] == new.number
        page = accountant.get(answer.url).content.decode()
        assert f"Invoice {new.number} took its place." in page
        assert path(new, "payer") in page

    def test_the_same_payer_is_refused(self, accountant: Client, invoice: Any) -> None:
        confirmed(accountant, path(invoice, "payer"), **self.DATA)
        new = Invoice.objects.get(replaces=invoice)
        assert "names this payer already" in errors(preview(accountant, path(new, "payer"), **self.DATA))

    def test_another_tax_is_previewed_with_its_total(self, accountant: Client, customer: Any, vies: Any) -> None:
        shipped_rates.load(TaxRate)
        Seller.objects.update_or_create(defaults={"tax_regime": "vat", "country": "DE", "vat_id": "DE136695976"})
        invoice = make_invoice(customer)
        french = self.DATA | {"country": "FR", "vat_id": "FR40303265045"}
        shown = sentences(preview(accountant, path(invoice, "payer"), **french))
        assert "the total is €80.67 instead of €96.00" in shown and "Reverse charge" in shown
        confirmed(accountant, path(invoice, "payer"), **french)
        new = Invoice.objects.get(replaces=invoice)
        assert (new.amount, new.tax, new.order.total_incl_tax) == (Decimal("80.67"), 0, Decimal("80.67"))

    def test_numbers_are_checked_as_in_the_account(self, accountant: Client, invoice: Any) -> None:
        wrong = preview(accountant, path(invoice, "payer"), **self.DATA | {"vat_id": "FR40303265045"})
        assert "a number of France" in str(wrong.context["form"].errors["vat_id"])
        other = accountant.post(path(invoice, "payer"), self.DATA | {"country": "KZ", "back": "fields"})
        assert "БИН/ИИН" in other.content.decode() and not other.context["form"].errors


class TestMany:
    @pytest.fixture
    def three(self, make_customer: Any, shop: Any, stripe: Any) -> list[Any]:
        """Two unpaid orders and a paid one."""
        unpaid_ones = [make_invoice(make_customer(f"{n}@example.com")) for n in range(2)]
        return [*unpaid_ones, pay(order(make_customer("paid@example.com"), shop), stripe).invoice]

    def chosen(self, invoices: list[Any], act: str) -> str:
        return f"/admin/orders/{act}/?" + "&".join(f"id={each.order_id}" for each in invoices)

    def test_one_reason_and_one_preview_cancel_the_unpaid_ones(self, accountant: Client, three: list[Any]) -> None:
        where = self.chosen(three, "cancel")
        shown = preview(accountant, where, tell_customer="on").context["preview"]
        assert len(shown) == 4
        assert f"Order {three[2].order.number} is left as it is." in shown[2]
        answer = confirmed(accountant, where, tell_customer="on")
        assert answer.url == "/admin/orders/"
        assert [status(each) for each in three] == ["void", "void", "paid"]
        assert ModelLogEntry.objects.filter(action="orders.cancel").count() == 2
        assert mails("order-voided:") == 2

    def test_reminders(self, accountant: Client, three: list[Any]) -> None:
        confirmed(accountant, self.chosen(three, "remind"))
        assert mails("unpaid-reminder:") == 2

    def test_one_that_fails_keeps_none_of_the_others(self, accountant: Client, three: list[Any], stripe: Any) -> None:
        starting.start(invoice=three[0], gateway_name="stripe")
        stripe.fail_next(kind="status", status=503, count=9)
        confirmed(accountant, self.chosen(three, "cancel"))
        assert [status(each) for each in three] == ["open", "void", "paid"]

    def test_none_that_is_unpaid_is_said(self, accountant: Client, three: list[Any]) -> None:
        assert "None of the chosen" in errors(preview(accountant, self.chosen(three[2:], "cancel")))

    def test_the_chosen_ones_are_exported(self, accountant: Client, three: list[Any]) -> None:
        text = accountant.get(self.chosen(three[:2], "csv")).getvalue().decode("utf-8-sig")
        rows = list(csv.DictReader(StringIO(text, newline="")))
        assert {row["Order"] for row in rows} == {each.order.number for each in three[:2]}

    @pytest.mark.parametrize("query", ["", "?id=x", "?id=" + "9" * 30, "?id=1"])
    def test_nothing_chosen_is_not_found(self, accountant: Client, query: str) -> None:
        assert accountant.get(f"/admin/orders/cancel/{query}").status_code == 404
