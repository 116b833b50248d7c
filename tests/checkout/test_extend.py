"""'Extend' links: one page from the mail to the provider, for whoever pays, and nothing but paying."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from catalogue.plans.models import Period
from catalogue.plans.publishing import publish
from checkout.models import Consent, PurchaseDetails
from storefront.billing.models import Invoice, ReviewItem, Seller, TaxRate
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, settlement, starting
from storefront.billing.tax import shipped_rates
from storefront.core.instants import instant
from storefront.core.periods import add_months
from storefront.licensing.links import extend_path
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests.checkout.building import PORTAL, TYPED, cart_lines, charge_vat, make_license, make_voucher, put_in_cart
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def license(shop: Any, customer: Any) -> License:
    return make_license(customer, shop.term("pro", 6))


@pytest.fixture
def colleague(make_customer: Any) -> Any:
    return make_customer("colleague@example.com", name="Carl Colleague")


def shown(client: Client, license: License, path: str = "") -> str:
    response = client.get(path + extend_path(license))
    assert response.status_code == 200
    return response.content.decode()


def sent(client: Client, shop: Any, license: License, months: int = 6, **fields: Any) -> Any:
    """Open the page, choose, accept, press 'Pay'."""
    seal = re.search(r'name="shown" value="([^"]+)"', shown(client, license))
    assert seal
    form = {
        "shown": seal[1],
        "term": shop.term("pro", months).pk,
        f"agreement-{shop.agreement.pk}": "on",
        "payer": "holder",
        "early_start": "on",  # asked of consumers in the EU only
    }
    return client.post(extend_path(license), form | fields)


def pay(invoice: Invoice, stripe: Any) -> Any:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    return settlement.settle(attempt_id=payment.pk)


class TestPage:
    def test_shows_each_period_with_price_saving_and_new_end(self, client: Client, shop: Any, license: License) -> None:
        html = shown(client, license)
        assert f"Extend license {license.number}" in html and "Yeastar S-series module, Professional" in html
        end = license.periods.get().ends_at
        for months, amount in ((1, "€25.00"), (12, "€240.00")):
            assert amount in html
            anchor = license.periods.get().anchor_at
            assert f"then valid until {instant(add_months(anchor, 6 + months))}" in html, end
        assert "<s>€300.00</s>" in html and "You save €60.00" in html and "−20%" in html

    def test_the_period_bought_last_is_chosen(self, client: Client, shop: Any, license: License) -> None:
        assert f'value="{shop.term("pro", 6).pk}" checked' in shown(client, license)

    def test_nearest_on_sale_takes_the_place_of_a_withdrawn_one(
        self, client: Client, shop: Any, license: License
    ) -> None:
        Period.objects.filter(months=6).update(is_active=False)
        publish(shop.software)
        assert f'value="{shop.term("pro", 3).pk}" checked' in shown(client, license)

    def test_shows_nothing_private(
        self, client: Client, shop: Any, license: License, customer: Any, colleague: Any
    ) -> None:
        other = Client()
        other.force_login(colleague)
        for visitor in (client, other):
            for private in (PORTAL, customer.email, customer.name, "/account/licenses/" + license.public_id):
                assert private not in shown(visitor, license)

    def test_is_in_russian_too(self, client: Client, shop: Any, license: License) -> None:
        assert f"Продлить лицензию {license.number}" in shown(client, license, "/ru")

    def test_is_kept_by_nobody(self, client: Client, shop: Any, license: License) -> None:
        answer = client.get(extend_path(license))
        assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]


class TestPressPay:
    def test_leads_to_the_provider_at_once(
        self, client: Client, shop: Any, license: License, customer: Any, stripe: Any
    ) -> None:
        """Mail, page, provider: the browser repeats its POST at the pay page, which opens the charge."""
        client.force_login(customer)
        answer = sent(client, shop, license)
        assert answer.status_code == 307 and answer["Location"].startswith("/pay/")
        assert client.post(answer["Location"])["Location"].startswith(stripe.base_url)

    def test_leaves_the_cart_as_it_is(self, client: Client, shop: Any, license: License, customer: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term("standard", 12), 3)
        assert "stays there, for another order" in shown(client, license)
        sent(client, shop, license)
        assert cart_lines() == [("standard", 12, 3)]
        assert Invoice.objects.get().amount == Decimal("135.00")

    def test_consent_is_asked_for(self, client: Client, shop: Any, license: License, customer: Any) -> None:
        answer = sent(client, shop, license, **{f"agreement-{shop.agreement.pk}": ""})
        html = answer.content.decode()
        assert "tick the box" in html and f'href="#id_agreement-{shop.agreement.pk}"' in html
        assert Order.objects.count() == 0
        sent(client, shop, license)
        assert Consent.objects.get().customer == customer

    def test_a_higher_price_is_shown_first(self, client: Client, shop: Any, license: License) -> None:
        html = shown(client, license)
        seal = re.search(r'name="shown" value="([^"]+)"', html)
        shop.software.plans.filter(code="pro").update(monthly_price=Decimal("50"))
        publish(shop.software)
        answer = sent(client, shop, license, shown=seal[1] if seal else "")
        assert "The total has changed" in answer.content.decode() and "€270.00" in answer.content.decode()
        assert Order.objects.count() == 0 and cart_lines() == []

    def test_another_agreement_is_shown_first(self, client: Client, shop: Any, license: License) -> None:
        seal = re.search(r'name="shown" value="([^"]+)"', shown(client, license))
        shop.agreement.body = "<p>Other words.</p>"
        shop.agreement.save_revision().publish()
        answer = sent(client, shop, license, shown=seal[1] if seal else "")
        assert "agreement has changed" in answer.content.decode()
        assert Order.objects.count() == 0

    @pytest.mark.parametrize("seal", ["", "forged", "a.b.c"])
    def test_without_its_seal_nothing_is_ordered(self, client: Client, shop: Any, license: License, seal: str) -> None:
        assert sent(client, shop, license, shown=seal).status_code == 200
        assert Order.objects.count() == 0

    def test_the_seal_of_another_license_is_none(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        other = make_license(customer, shop.term("pro", 1), portal="other.bitrix24.com")
        seal = re.search(r'name="shown" value="([^"]+)"', shown(client, other))
        sent(client, shop, license, shown=seal[1] if seal else "")
        assert Order.objects.count() == 0

    def test_twice_leads_to_the_same_order(self, client: Client, shop: Any, license: License) -> None:
        first, second = sent(client, shop, license), sent(client, shop, license)
        assert first["Location"] == second["Location"] and second.status_code == 307

    def test_an_order_at_another_total_is_looked_at_before_it_is_paid(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        charge_vat()
        client.force_login(customer)
        first = sent(client, shop, license)
        payers.add(customer=customer, details=PayerDetails(name="Ada Buyer", country="CH"), is_default=True)
        assert "€113.45" in shown(client, license)
        second = sent(client, shop, license)
        assert (second.status_code, second["Location"]) == (302, first["Location"]), "not on to the provider"
        assert Order.objects.count() == 1

    @pytest.mark.parametrize("term", ["", "0", "x", "999999"])
    def test_a_period_that_is_not_sold_is_told(self, client: Client, shop: Any, license: License, term: str) -> None:
        answer = sent(client, shop, license, term=term)
        assert 'href="#id_term"' in answer.content.decode()
        assert Order.objects.count() == 0


class TestPayer:
    def test_holder_logged_in(self, client: Client, shop: Any, license: License, customer: Any, stripe: Any) -> None:
        client.force_login(customer)
        sent(client, shop, license, 12)
        end = license.periods.get().ends_at
        pay(Invoice.objects.get(customer=customer), stripe)
        license.refresh_from_db()
        assert license.valid_until > end + timedelta(days=300) and License.objects.count() == 1
        assert PurchaseDetails.objects.get().portal_address == PORTAL

    def test_vies_is_asked_about_the_payer_it_is_addressed_to(
        self, client: Client, shop: Any, license: License, customer: Any, vies: Any
    ) -> None:
        """With no answer asked for, this seller would charge tax."""
        shipped_rates.load(TaxRate)
        Seller.objects.update(tax_regime="vat", country="DE", vat_id="DE136695976", unverified_vat_ids="charge")
        details = PayerDetails(kind="company", company="Exemple SA", country="FR", vat_id="FR40303265045")
        payers.add(customer=customer, details=details)
        client.force_login(customer)
        sent(client, shop, license, 12)
        assert Invoice.objects.get().tax_treatment == "reverse_charge"

    def test_nobody_logged_in_holder_gets_the_invoice(
        self, client: Client, shop: Any, license: License, customer: Any, stripe: Any
    ) -> None:
        answer = sent(client, shop, license)
        assert answer.status_code == 307 and "_auth_user_id" not in client.session
        invoice = Invoice.objects.get()
        assert invoice.customer == customer and invoice.payer["email"] == customer.email
        for private in (PORTAL, customer.email, customer.name):
            assert private not in client.get(answer["Location"]).content.decode()
        payment = pay(invoice, stripe)
        assert payment.status == "succeeded" and license.periods.count() == 2

    def test_a_colleague_pays_and_the_license_stays_its_holders(
        self, client: Client, shop: Any, license: License, customer: Any, colleague: Any, stripe: Any
    ) -> None:
        client.force_login(colleague)
        assert "You pay for somebody else" in shown(client, license)
        answer = sent(client, shop, license, 12)
        invoice = Invoice.objects.get()
        assert invoice.customer == colleague and Consent.objects.get().customer == colleague
        payment = pay(invoice, stripe)
        license.refresh_from_db()
        assert license.customer == customer and license.periods.count() == 2 and License.objects.count() == 1
        mails = {row.payload["template"]: row.payload for row in OutboxMessage.objects.filter(kind="mail")}
        assert mails["license_extended"]["to"] == customer.email
        assert mails["payment_received"]["to"] == colleague.email
        assert PORTAL not in str(mails["payment_received"]) + str(mails["order_placed"])
        client.get(answer["Location"])
        for path in ("/account/", "/account/licenses/", f"/account/orders/{invoice.order.number}/"):
            assert PORTAL not in client.get(path).content.decode()
        assert client.get(f"/account/licenses/{license.public_id}/").status_code == 404
        from storefront.billing.links import return_url

        html = client.get("/" + return_url(payment).split("/", 3)[3]).content.decode()
        assert f"License {license.number} is extended" in html and PORTAL not in html

    def test_a_stranger_gets_an_account_and_the_invoice(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        answer = sent(client, shop, license, payer="other", **TYPED)
        assert answer.status_code == 302 and answer["Location"].startswith("/pay/")
        invoice = Invoice.objects.get()
        assert invoice.customer.email == TYPED["email"] and invoice.payer["company"] == TYPED["company"]
        license.refresh_from_db()
        assert license.customer == customer

    def test_a_stranger_must_say_who_they_are(self, client: Client, shop: Any, license: License) -> None:
        html = sent(client, shop, license, payer="other").content.decode()
        for field in ("id_email", "id_name", "id_phone"):
            assert f'href="#{field}"' in html
        assert User.objects.count() == 1

    def test_an_account_is_never_ordered_with_by_its_mere_address(
        self, client: Client, shop: Any, license: License, colleague: Any
    ) -> None:
        html = sent(client, shop, license, payer="other", **TYPED | {"email": colleague.email}).content.decode()
        assert "There is an account with this e-mail" in html and "/account/login/?next=" in html
        assert Order.objects.count() == 0


class TestNeither:
    @pytest.mark.parametrize("token", ["x", "a.b.c", "é" * 300])
    def test_forged_link(self, client: Client, shop: Any, token: str) -> None:
        answer = client.get(f"/basket/extend/{token}/")
        assert answer.status_code == 404 and "not valid any more" in answer.content.decode()

    def test_old_link(self, client: Client, shop: Any, license: License) -> None:
        path = extend_path(license)
        with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
            assert "not valid any more" in client.get(path).content.decode()
            assert client.post(path, {"go": "cart"}).status_code == 404

    @pytest.mark.parametrize("status", ["revoked", "suspended"])
    def test_license_that_does_not_count(self, client: Client, shop: Any, customer: Any, status: str) -> None:
        license = make_license(customer, shop.term(), status=status)
        assert "can no longer be extended" in shown(client, license)

    def test_withdrawn_license_type(self, client: Client, shop: Any, license: License) -> None:
        shop.software.plans.filter(code="pro").update(is_active=False)
        publish(shop.software)
        assert "no longer sold" in shown(client, license)


class TestCart:
    """Beside other products, or with a voucher, a period goes into the cart when the visitor says so."""

    def put(self, client: Client, license: License, **fields: Any) -> Any:
        return client.post(extend_path(license), {"go": "cart"} | fields)

    def test_opening_the_link_puts_nothing_in(self, client: Client, shop: Any, license: License) -> None:
        shown(client, license)
        assert cart_lines() == []

    def test_button_puts_the_chosen_period_in_once(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        client.force_login(customer)
        make_voucher()
        for _ in range(2):
            assert self.put(client, license, term=shop.term("pro", 12).pk)["Location"] == "/basket/"
        assert f"Extends {license.number} from" in client.get("/basket/").content.decode()
        assert cart_lines() == [("pro", 12, 1)]

    def test_survives_the_log_in(self, client: Client, shop: Any, license: License, customer: Any) -> None:
        self.put(client, license)
        client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
        assert f"Extends {license.number} from" in client.get("/basket/").content.decode()

    def test_extension_and_plain_line_stay_two_lines(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term("pro", 6))
        self.put(client, license)
        assert cart_lines() == [("pro", 6, 1), ("pro", 6, 1)]

    def test_period_can_be_changed_but_not_its_quantity(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        client.force_login(customer)
        self.put(client, license)
        line = client.get("/basket/").content.decode().split('action="/basket/lines/')[1].split("/")[0]
        client.post(f"/basket/lines/{line}/", {"quantity": "1", "term": shop.term("pro", 12).pk})
        assert cart_lines() == [("pro", 12, 1)]
        answer = client.post(f"/basket/lines/{line}/", {"quantity": "2", "term": shop.term("pro", 12).pk})
        assert "one period at a time" in answer.content.decode()

    def test_not_for_another_customers_license(
        self, client: Client, shop: Any, license: License, colleague: Any
    ) -> None:
        client.force_login(colleague)
        assert "belongs to another account" in self.put(client, license).content.decode()
        assert cart_lines() == []

    def test_is_dropped_by_a_log_in_as_somebody_else(
        self, client: Client, shop: Any, license: License, colleague: Any
    ) -> None:
        self.put(client, license)
        client.post("/account/login/", {"login": colleague.email, "password": PASSWORD})
        assert cart_lines() == []


def test_a_visitor_with_the_link_sees_no_portal_in_cart_and_checkout(client: Client, shop: Any, customer: Any) -> None:
    """The link is the right to pay for the license, not to learn where it works."""
    license = make_license(customer, shop.term("pro", 6), portal="globex.bitrix24.com")
    License.objects.update(status="active", member_id="a" * 32)
    assert client.post(extend_path(license), {"go": "cart"}).status_code == 302
    for page in ("/basket/", "/checkout/"):
        html = client.get(page).content.decode()
        assert "globex" not in html and "New license." not in html
    assert "log in with the account that holds it" in client.get("/basket/").content.decode()


class TestTax:
    """What a period costs is what its payer is charged, and 'Pay' leads on at once."""

    def test_of_the_customers_own_payer(
        self, client: Client, shop: Any, license: License, customer: Any, stripe: Any
    ) -> None:
        charge_vat(prices_include_tax=False)
        payers.add(customer=customer, details=PayerDetails(name="Ada Buyer", country="HU"))
        client.force_login(customer)
        html = shown(client, license)
        assert "€171.45" in html and "incl. VAT 27%" in html and "€135.00" not in html
        answer = sent(client, shop, license)
        assert answer.status_code == 307 and Invoice.objects.get().amount == Decimal("171.45")

    def test_of_whoever_pays_instead(self, client: Client, shop: Any, license: License) -> None:
        charge_vat()
        person = {**TYPED, "payer": "other", "kind": "person", "country": "CH"}
        fields = client.post(extend_path(license), person | {"go": "fields"}).content.decode()
        assert "€113.45" in fields and "€135.00" not in fields and "place of supply" in fields
        seal = re.search(r'name="shown" value="([^"]+)"', fields)
        assert seal and sent(client, shop, license, **person, shown=seal[1]).status_code == 302
        assert Invoice.objects.get().amount == Decimal("113.45")

    def test_more_than_was_shown_is_shown_first(self, client: Client, shop: Any, license: License) -> None:
        charge_vat(prices_include_tax=False)
        person = {**TYPED, "payer": "other", "kind": "person", "country": "HU"}
        answer = sent(client, shop, license, **person)
        assert answer.status_code == 200 and not Invoice.objects.exists()
        assert "The total has changed" in answer.content.decode() and "€171.45" in answer.content.decode()

    def test_the_way_to_log_in_keeps_the_currency(self, client: Client, shop: Any, license: License) -> None:
        html = client.get(f"{extend_path(license)}?currency=EUR").content.decode()
        assert "%3Fcurrency%3DEUR" in html[html.index("/account/login/") :][:400]

    def test_a_rate_that_the_table_lacks_closes_the_page_with_the_reason(
        self, client: Client, shop: Any, license: License, customer: Any
    ) -> None:
        charge_vat()
        payers.add(customer=customer, details=PayerDetails(name="Ada Buyer", country="FR"))
        TaxRate.objects.filter(country="FR").delete()
        answer = client.get(extend_path(license))
        assert answer.status_code == 409 and "cannot work out the tax" in answer.content.decode()
        assert ReviewItem.objects.get().kind == "tax_rate_missing"
