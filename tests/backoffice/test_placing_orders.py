"""An order that staff place: prices by the same code, the customer's own consent before they can pay."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order
from wagtail.models import ModelLogEntry

from catalogue.plans.models import AgreementVersion, SoftwareProduct
from checkout.models import Consent
from storefront.billing.links import pay_path
from storefront.billing.models import Invoice, PaymentAttempt, Seller, TaxRate
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, starting
from storefront.billing.tax import shipped_rates
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests.backoffice.pressing import confirmed, errors, preview, sentences

pytestmark = pytest.mark.django_db

PATH = "/admin/orders/place/"


@pytest.fixture
def sales(client_of: Callable[[str], Client]) -> Client:
    return client_of("Sales")


@pytest.fixture
def data(shop: Any) -> dict[str, Any]:
    return {
        "email": "new@example.com", "name": "Nora New", "phone": "", "language": "en", "kind": "company",
        "company": "New GmbH", "country": "DE", "address": "Lindenstr. 5", "city": "Berlin",
        "bitrix24_address": "https://acme.bitrix24.com/crm/", "key": "k1", "price_1": shop.term("standard", 12).pk,
        "quantity_1": "1", "price_2": shop.term("pro", 1).pk, "quantity_2": "2",
    }  # fmt: skip


def boxes(invoice: Invoice) -> dict[str, str]:
    """The boxes of the pay page, ticked."""
    return {
        f"agreement-{each.agreement_id}": str(each.pk) for each in AgreementVersion.objects.all().order_by("number")
    }


def test_the_form_offers_what_is_on_sale_and_knows_the_customer(sales: Client, shop: Any, customer: Any) -> None:
    page = sales.get(f"{PATH}?customer={customer.pk}").content.decode()
    assert "Standard, 12 months – €96.00" in page
    assert 'value="buyer@example.com"' in page
    assert sales.get("/admin/orders/").content.decode().count(PATH) == 1


def test_the_preview_names_prices_effects_and_mails(sales: Client, data: dict[str, Any]) -> None:
    shown = sentences(preview(sales, PATH, **data))
    for part in ("Nora New (new@example.com) gets an account", "€96.00", "€50.00", "€146.00", "acme.bitrix24.com"):
        assert part in shown
    assert not Order.objects.exists()
    assert not User.objects.filter(email="new@example.com").exists()


def test_the_order_is_placed_once_and_waits_for_the_customer(sales: Client, data: dict[str, Any]) -> None:
    answer = confirmed(sales, PATH, **data)
    order, invoice = Order.objects.get(), Invoice.objects.get()
    assert answer.url == f"/admin/orders/{order.number}/"
    assert (invoice.amount, invoice.status, order.user.email) == (146, "open", "new@example.com")
    assert not Consent.objects.exists()
    mail = OutboxMessage.objects.get(recipient="new@example.com")  # one, with all that it says
    assert (mail.template, mail.payload["context"]["new_login"]) == ("order_prepared", "new@example.com")
    assert ModelLogEntry.objects.get(action="orders.place").data["after"]["order"] == order.number
    confirmed(sales, PATH, **data)  # the back button, and pressed again
    assert Order.objects.count() == 1


def test_a_form_that_was_used_places_no_second_order_and_says_so(sales: Client, data: dict[str, Any]) -> None:
    confirmed(sales, PATH, **data)
    again = confirmed(sales, PATH, **data | {"quantity_2": "5", "email": "other@example.com"})
    assert f"Order {Order.objects.get().number} was placed with this form already" in errors(again)
    assert not User.objects.filter(email="other@example.com").exists()
    assert ModelLogEntry.objects.filter(action="orders.place").count() == 1


def test_the_payer_decides_about_the_tax(sales: Client, data: dict[str, Any], vies: Any) -> None:
    shipped_rates.load(TaxRate)
    Seller.objects.update(tax_regime="vat", country="DE", vat_id="DE136695976")
    french = data | {"company": "Exemple SA", "country": "FR", "vat_id": "FR40303265045"}
    shown = sentences(preview(sales, PATH, **french))
    assert "To pay: €122.69." in shown and "Reverse charge" in shown and "addressed to Exemple SA" in shown
    confirmed(sales, PATH, **french)
    invoice = Invoice.objects.get()
    assert (invoice.amount, invoice.tax, invoice.tax_facts["vat_outcome"]) == (Decimal("122.69"), 0, "valid")
    assert (invoice.payer["company"], invoice.payer["name"]) == ("Exemple SA", "Nora New")


def test_one_of_the_customers_payers_is_chosen_or_a_new_one_is_kept(
    sales: Client, data: dict[str, Any], customer: Any
) -> None:
    mine = payers.add(customer=customer, details=PayerDetails(kind="company", company="Mine SARL", country="FR"))
    assert "Mine SARL" in sales.get(f"{PATH}?customer={customer.pk}").content.decode()
    theirs = data | {"email": customer.email}
    confirmed(sales, PATH, **theirs | {"payer": mine.public_id})
    assert Invoice.objects.get().payer["company"] == "Mine SARL"
    confirmed(sales, PATH, **theirs | {"payer": "new", "key": "k2"})
    assert Invoice.objects.latest("pk").payer["company"] == "New GmbH"
    assert {str(each) for each in payers.of(customer)} == {"Mine SARL", "New GmbH"}
    stranger = preview(sales, PATH, **data | {"payer": mine.public_id, "key": "k3"})
    assert "Mine SARL" not in stranger.content.decode()


def test_the_fields_of_another_country_come_with_what_was_typed(sales: Client, data: dict[str, Any]) -> None:
    page = sales.post(PATH, data | {"country": "KZ", "back": "fields"})
    assert "БИН/ИИН" in page.content.decode() and "Nora New" in page.content.decode()
    assert not page.context["form"].errors


def test_an_existing_customer_keeps_their_account(sales: Client, data: dict[str, Any], customer: Any) -> None:
    confirmed(sales, PATH, **data | {"email": "BUYER@example.com"})
    assert Order.objects.get().user == customer
    assert User.objects.filter(email="buyer@example.com").count() == 1


def test_nothing_can_be_paid_before_the_agreement_is_accepted(sales: Client, data: dict[str, Any], stripe: Any) -> None:
    confirmed(sales, PATH, **data)
    invoice, buyer = Invoice.objects.get(), Client()
    page = buyer.get(pay_path(invoice)).content.decode()
    assert "We placed this order for you" in page
    assert "Public license agreement" in page
    refused = buyer.post(pay_path(invoice))
    assert refused.status_code == 422
    assert "tick the box before you pay" in refused.content.decode()
    assert not PaymentAttempt.objects.exists()
    assert stripe.sessions() == []
    paid = buyer.post(pay_path(invoice), boxes(invoice), REMOTE_ADDR="203.0.113.7")
    assert paid.status_code == 303
    consent = Consent.objects.get()
    assert (consent.order, consent.customer) == (invoice.order, invoice.customer)
    assert consent.text == AgreementVersion.objects.get().body
    assert "We placed this order for you" not in buyer.get(pay_path(invoice)).content.decode()
    assert PaymentAttempt.objects.count() == 1


def test_a_text_that_changed_is_read_again(sales: Client, data: dict[str, Any], shop: Any, stripe: Any) -> None:
    confirmed(sales, PATH, **data)
    invoice, buyer = Invoice.objects.get(), Client()
    ticked = boxes(invoice)
    version = AgreementVersion.objects.get()
    AgreementVersion.objects.create(
        agreement=version.agreement, number=2, name=version.name, body="<p>New.</p>",
        sha256=AgreementVersion.digest("<p>New.</p>"),
    )  # fmt: skip
    assert buyer.post(pay_path(invoice), ticked).status_code == 422
    assert not Consent.objects.exists()
    assert buyer.post(pay_path(invoice), boxes(invoice)).status_code == 303
    assert Consent.objects.get().number == 2


def test_an_agreement_that_comes_into_force_while_paying_is_shown(
    sales: Client, data: dict[str, Any], shop: Any, stripe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at what must be accepted and the payment."""
    SoftwareProduct.objects.update(agreement=None)
    confirmed(sales, PATH, **data)
    invoice, buyer, start = Invoice.objects.get(), Client(), starting.start

    def late(**wanted: Any) -> Any:
        SoftwareProduct.objects.update(agreement=shop.agreement)
        return start(**wanted)

    monkeypatch.setattr(starting, "start", late)
    answer = buyer.post(pay_path(invoice))
    assert (answer.status_code, answer["Location"]) == (303, pay_path(invoice))
    assert "Public license agreement" in buyer.get(pay_path(invoice)).content.decode()
    assert stripe.sessions() == []


def test_an_order_of_the_shop_asks_nothing_again(client: Client, customer: Any, shop: Any) -> None:
    from tests.purchases import order

    assert "We placed this order for you" not in client.get(pay_path(order(customer, shop))).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bitrix24_address": ""}, "Enter the Bitrix24 address"),
        ({"bitrix24_address": "not an address"}, "bitrix24_address"),
        ({"price_1": "999999"}, "price_1"),
        ({"price_1": ""}, "price_1"),
        ({"quantity_1": "0"}, "quantity_1"),
        ({"email": "nonsense"}, "email"),
        ({"reason": ""}, "reason"),
        ({"country": ""}, "country"),
        ({"vat_id": "FR40303265045"}, "a number of France"),
    ],
)
def test_what_cannot_be_ordered_is_said(
    sales: Client, data: dict[str, Any], change: dict[str, str], words: str
) -> None:
    assert words in errors(preview(sales, PATH, **data | change))


def test_what_is_off_sale_meanwhile_is_not_ordered(sales: Client, data: dict[str, Any], shop: Any) -> None:
    shown = preview(sales, PATH, **data)
    price = shop.term("pro", 1)
    type(price).objects.filter(pk=price.pk).update(is_active=False)
    answer = sales.post(PATH, {"reason": "Asked by phone", **data, "confirmed": shown.context["confirmed"]})
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_staff_and_closed_accounts_get_no_orders(sales: Client, data: dict[str, Any], make_customer: Any) -> None:
    closed = make_customer("closed@example.com")
    closed.is_active = False
    closed.save()
    assert "is closed" in errors(preview(sales, PATH, **data | {"email": "closed@example.com"}))
    staff = User.objects.get(email="sales@staff.example")
    assert "member of staff" in errors(preview(sales, PATH, **data | {"email": staff.email}))


def test_a_secret_address_is_neither_shown_nor_kept(sales: Client, data: dict[str, Any]) -> None:
    hook = "https://acme.bitrix24.com/rest/1/s3cr3tt0ken/"
    page = preview(sales, PATH, **data | {"bitrix24_address": hook})
    assert "s3cr3tt0ken" not in page.content.decode()
