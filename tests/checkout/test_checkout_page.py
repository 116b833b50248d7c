"""The checkout page: what it asks, what it makes of the answers, and what never leaves it."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from oscar.apps.order.models import Order

from catalogue.plans.publishing import publish
from checkout.models import Consent, PurchaseDetails
from checkout.page import portal_field
from storefront.billing.models import Invoice, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers
from storefront.licensing.links import extend_path
from storefront.users.models import User
from tests.checkout.building import PORTAL, TYPED, filled, make_license, order_by, put_in_cart, seal_on
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SECRET = "k9x2secretw3bhook"


def send(client: Client, shop: Any, **fields: Any) -> str:
    """Post the form without a valid outcome expected; returns the page shown again."""
    response = client.post("/checkout/", filled(shop, **fields))
    assert response.status_code == 200
    return response.content.decode()


def order(client: Client, shop: Any, **fields: Any) -> None:
    """Post the form; it becomes an order."""
    assert client.post("/checkout/", filled(shop, **fields)).status_code == 302


def test_empty_cart_leads_back_to_the_cart(client: Client, shop: Any) -> None:
    assert client.get("/checkout/")["Location"] == "/basket/"
    assert client.post("/checkout/", filled(shop))["Location"] == "/basket/"


def test_page_asks_for_contact_address_and_each_agreement(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("pro", 12), 2)
    html = client.get("/checkout/").content.decode()
    for name in ("name", "company", "phone", "email", "bitrix24_address", f"agreement-{shop.agreement.pk}"):
        assert f'name="{name}"' in html
    assert "Contact information" in html and "Order summary" in html
    assert "Your Bitrix24 address" in html and "works only in the Bitrix24" in html
    assert 'href="/agreements/license-agreement/1/" target="_blank"' in html
    assert "Professional, 12 months" in html and "€480.00" in html


def test_nothing_filled_in_is_told_beside_each_field(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    html = client.post("/checkout/", {}).content.decode()
    for text in (
        "Enter your name.",
        "Enter a phone number.",
        "Enter your e-mail address.",
        "Enter the address of your Bitrix24",
        "tick the box to place the order",
    ):
        assert text in html
    assert Order.objects.count() == 0


def test_agreement_must_be_ticked(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    fields = filled(shop)
    del fields[f"agreement-{shop.agreement.pk}"]
    html = client.post("/checkout/", fields).content.decode()
    assert "tick the box" in html
    assert Order.objects.count() == 0 and User.objects.count() == 0


def test_product_bound_to_nothing_asks_for_no_address(client: Client, shop: Any) -> None:
    from tests.factories import make_software

    free = make_software("desk", "Desk", binding_kind="none", agreement=shop.agreement)
    put_in_cart(client, free.plans.first().prices.first())
    assert "bitrix24_address" not in client.get("/checkout/").content.decode()
    assert order_by(client, shop)["Location"].startswith("/pay/")
    assert PurchaseDetails.objects.get().portal_address == ""


class TestPortalAddress:
    @pytest.mark.parametrize("code", sorted(portal_field.MESSAGES))
    def test_each_reason_has_its_own_words(self, code: str) -> None:
        assert portal_field.Reading(code=code).message == str(portal_field.MESSAGES[code])
        assert len({str(text) for text in portal_field.MESSAGES.values()}) == len(portal_field.MESSAGES)

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("acme", "no_zone"),
            ("me@acme.com", "email_or_userinfo"),
            ("ftp://acme.bitrix24.com", "scheme"),
            ("10.0.0.1", "ip_address"),
            ("a.b.bitrix24.com", "unknown_zone"),
            ("https://www.bitrix24.com", "not_a_portal"),
            ("acme.bitrix24.site", "other_bitrix_service"),
            ("portal.local", "not_public"),
            ("a" * 3000, "too_long"),
        ],
    )
    def test_bad_address_is_explained_and_emptied(self, client: Client, shop: Any, typed: str, code: str) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, bitrix24_address=typed)
        assert str(portal_field.MESSAGES[code]).split(",")[0].split("'")[0] in html
        assert f'value="{typed}"' not in html
        assert Order.objects.count() == 0

    def test_failed_post_says_what_was_read(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, bitrix24_address="HTTPS://Acme.Bitrix24.com/crm/?x=1", name="")
        assert "We read this as <strong>acme.bitrix24.com</strong>" in html
        assert 'value="acme.bitrix24.com"' in html and "/crm/" not in html

    def test_live_reading_answers_with_a_note(self, client: Client) -> None:
        note = client.post("/checkout/portal/", {"bitrix24_address": f"https://acme.bitrix24.de/rest/1/{SECRET}/"})
        assert "<strong>acme.bitrix24.de</strong>" in note.content.decode()
        assert SECRET not in note.content.decode()
        bad = client.post("/checkout/portal/", {"bitrix24_address": "acme"})
        assert "ending is missing" in bad.content.decode()
        assert client.get("/checkout/portal/").status_code == 405

    def test_typed_webhook_address_reaches_no_page_session_row_or_log(
        self, client: Client, shop: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        put_in_cart(client, shop.term())
        webhook = f"https://acme.bitrix24.com/rest/1/{SECRET}/profile.json"
        assert SECRET not in send(client, shop, bitrix24_address=webhook, name="")
        assert SECRET not in send(client, shop, bitrix24_address=f"user:{SECRET}@acme.bitrix24.com/{SECRET}")
        assert order_by(client, shop, bitrix24_address=webhook)["Location"].startswith("/pay/")
        sessions = [str(session.get_decoded()) for session in Session.objects.all()]
        details = PurchaseDetails.objects.get()
        assert details.portal_address == PORTAL
        assert SECRET not in "".join(sessions) + caplog.text + str(vars(details))

    def test_crash_report_hides_the_typed_address(self, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from checkout.page import views

        def fail(*args: object, **kwargs: object) -> None:
            raise RuntimeError("boom")

        monkeypatch.setattr(views, "cart_of", fail)
        broken = Client(raise_request_exception=False)
        response = broken.post("/checkout/", {"bitrix24_address": SECRET})
        assert response.status_code == 500
        from django.views.debug import SafeExceptionReporterFilter

        request = response.wsgi_request
        assert SafeExceptionReporterFilter().get_post_parameters(request)["bitrix24_address"] != SECRET


class TestDidYouMean:
    """Slips are asked about at their field, by plain radio buttons."""

    def test_a_likely_slip_in_the_email_can_be_corrected(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, email="Anna@gmial.com")
        assert 'name="email-asked" value="anna@gmial.com"' in html
        assert 'name="email-choice" value="anna@gmail.com"' in html
        assert not Order.objects.exists()
        order(
            client, shop, email="Anna@gmial.com", **{"email-asked": "anna@gmial.com", "email-choice": "anna@gmail.com"}
        )
        assert Order.objects.get().user.email == PurchaseDetails.objects.get().email == "anna@gmail.com"

    def test_what_was_typed_can_be_kept(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        order(
            client, shop, email="anna@gmial.com", **{"email-asked": "anna@gmial.com", "email-choice": "anna@gmial.com"}
        )
        assert Order.objects.get().user.email == "anna@gmial.com"

    def test_an_answer_counts_for_the_text_it_was_given_about(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        order(
            client, shop, email="bob@example.com", **{"email-asked": "anna@gmial.com", "email-choice": "anna@gmail.com"}
        )
        assert Order.objects.get().user.email == "bob@example.com"

    def test_a_kept_answer_is_not_asked_again_after_another_error(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        kept = {"email-asked": "anna@gmial.com", "email-choice": "anna@gmial.com"}
        html = send(client, shop, name="", email="anna@gmial.com", **kept)
        assert '<input type="hidden" name="email-choice" value="anna@gmial.com">' in html
        assert 'type="radio" name="email-choice"' not in html

    @pytest.mark.parametrize("choice", ["acme.bitrix24.com", "acme.bitrix.24.com"])
    def test_a_near_miss_of_a_portal_is_asked(self, client: Client, shop: Any, choice: str) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, bitrix24_address="https://acme.bitrix.24.com/crm/")
        assert 'value="acme.bitrix24.com"' in html
        assert not Order.objects.exists()
        answer = {"bitrix24_address-asked": "acme.bitrix.24.com", "bitrix24_address-choice": choice}
        order(client, shop, bitrix24_address="acme.bitrix.24.com", **answer)
        assert PurchaseDetails.objects.get().portal_address == choice

    def test_a_suggestion_for_what_cannot_be_read_is_taken(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, bitrix24_address="my acme.bitrix24.com")
        assert 'name="bitrix24_address-choice" value="acme.bitrix24.com"' in html
        answer = {"bitrix24_address-asked": "", "bitrix24_address-choice": "acme.bitrix24.com"}
        order(client, shop, bitrix24_address="", **answer)
        assert PurchaseDetails.objects.get().portal_address == "acme.bitrix24.com"

    def test_an_answer_beside_the_text_as_pasted_counts_too(self, client: Client, shop: Any) -> None:
        """With a script the question appears while the pasted text still stands in the field."""
        put_in_cart(client, shop.term())
        answer = {"bitrix24_address-asked": "", "bitrix24_address-choice": "acme.bitrix24.com"}
        order(client, shop, bitrix24_address="my acme.bitrix24.com", **answer)
        assert PurchaseDetails.objects.get().portal_address == "acme.bitrix24.com"

    def test_an_answer_is_read_like_any_other_text(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        answer = {"bitrix24_address-asked": "", "bitrix24_address-choice": "10.0.0.1"}
        send(client, shop, bitrix24_address="", **answer)
        send(client, shop, email="x", **{"email-asked": "x", "email-choice": "user@localhost"})
        assert not Order.objects.exists()


class TestKnownVisitors:
    def test_email_of_an_account_asks_to_log_in_and_comes_back_with_everything(
        self, client: Client, shop: Any, customer: Any
    ) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, email=customer.email.upper(), bitrix24_address=f"acme.bitrix24.com/{SECRET}")
        assert "There is an account with this e-mail" in html
        assert "/account/login/?next=/checkout/" in html.replace("%2F", "/")
        assert Order.objects.count() == 0
        answer = client.post(
            "/account/login/?next=/checkout/", {"login": customer.email, "password": PASSWORD, "next": "/checkout/"}
        )
        assert answer["Location"] == "/checkout/"
        page = client.get("/checkout/").content.decode()
        for typed in (TYPED["name"], TYPED["company"], TYPED["phone"], PORTAL, "Standard, 12 months"):
            assert typed in page
        assert SECRET not in page

    def test_customers_email_is_fixed(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        assert order_by(client, shop, email="other@example.com")["Location"].startswith("/pay/")
        assert PurchaseDetails.objects.get().email == customer.email
        assert Order.objects.get().user == customer

    def test_form_is_prefilled_from_the_last_order(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        order_by(client, shop, company="Globex", bitrix24_address="globex.bitrix24.eu")
        put_in_cart(client, shop.term("pro", 1))
        html = client.get("/checkout/").content.decode()
        assert 'value="Globex"' in html and 'value="globex.bitrix24.eu"' in html
        assert "We read this as <strong>globex.bitrix24.eu</strong>" in html

    def test_license_to_extend_names_its_portal(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        client.post(extend_path(make_license(customer, shop.term(), portal="old.bitrix24.fr")), {"go": "cart"})
        assert 'value="old.bitrix24.fr"' in client.get("/checkout/").content.decode()

    def test_trying_addresses_is_throttled_per_visitor(
        self, client: Client, shop: Any, customer: Any, settings: Any
    ) -> None:
        settings.THROTTLES = {**settings.THROTTLES, "checkout-address": "3/hour"}
        put_in_cart(client, shop.term())
        answers = [
            client.post("/checkout/", filled(shop, email=f"{n}@example.com", name="")).status_code for n in range(5)
        ]
        assert answers == [200, 200, 200, 429, 429]
        elsewhere = Client(REMOTE_ADDR="198.51.100.7")
        put_in_cart(elsewhere, shop.term())
        assert elsewhere.post("/checkout/", filled(shop, name="")).status_code == 200

    def test_mending_other_fields_does_not_use_up_the_tries(self, client: Client, shop: Any, settings: Any) -> None:
        settings.THROTTLES = {**settings.THROTTLES, "checkout-address": "1/hour"}
        put_in_cart(client, shop.term())
        for _ in range(3):
            assert client.post("/checkout/", filled(shop, name="")).status_code == 200

    def test_sending_the_form_is_throttled(self, client: Client, shop: Any, settings: Any) -> None:
        settings.THROTTLES = {**settings.THROTTLES, "checkout-submit": "2/hour"}
        put_in_cart(client, shop.term())
        answers = [client.post("/checkout/", {}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1]["Retry-After"]) > 0


class TestWhatWasShown:
    def test_changed_price_is_shown_before_anything_is_ordered(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term("standard", 1))
        sealed = seal_on(client.get("/checkout/").content.decode())
        shop.software.plans.filter(code="standard").update(monthly_price=Decimal("12.00"))
        publish(shop.software)
        html = send(client, shop, shown=sealed)
        assert "The total has changed" in html
        assert "from €10.00 to €12.00" in html and "€12.00" in html
        assert Order.objects.count() == 0
        assert client.post("/checkout/", filled(shop, shown=seal_on(html)))["Location"].startswith("/pay/")
        assert Order.objects.get().total_incl_tax == Decimal("12.00")

    def test_form_without_the_seal_counts_for_prices_seen_last(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term("standard", 1))
        shop.software.plans.filter(code="standard").update(monthly_price=Decimal("12.00"))
        publish(shop.software)
        assert "The total has changed" in send(client, shop)
        assert client.post("/checkout/", filled(shop))["Location"].startswith("/pay/")

    def test_tampered_seal_orders_nothing(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        send(client, shop, shown="WzEsICIwLjAxIl0:forged:forged")
        assert Order.objects.count() == 0

    def test_sums_in_the_form_are_ignored(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        order_by(client, shop, total="0.01", amount="0.01", price="0.01", currency="JPY", is_staff="1")
        order = Order.objects.get()
        assert (order.total_incl_tax, order.currency) == (Decimal("96.00"), "EUR")
        assert not order.user.is_staff

    def test_agreement_changed_meanwhile_must_be_read_again(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        sealed = seal_on(client.get("/checkout/").content.decode())
        shop.agreement.body += "<p>New clause.</p>"
        shop.agreement.save()
        html = send(client, shop, shown=sealed)
        assert "agreement has changed" in html
        assert "/agreements/license-agreement/2/" in html
        box = html[html.index(f'name="agreement-{shop.agreement.pk}"') :].split(">")[0]
        assert "checked" not in box
        client.post("/checkout/", filled(shop, shown=seal_on(html)))
        assert Consent.objects.get().number == 2

    def test_line_added_in_another_tab_is_shown_first(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        sealed = seal_on(client.get("/checkout/").content.decode())
        put_in_cart(client, shop.term("pro", 1))
        assert "The total has changed" in send(client, shop, shown=sealed)
        assert Order.objects.count() == 0


def test_markup_and_line_ends_in_fields_stay_text(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    html = send(client, shop, name="<script>alert(1)</script>", company="A\r\nBcc: x@example.com", email="bad")
    assert "<script>alert" not in html and "&lt;script&gt;" in html
    order_by(client, shop, name="=cmd()|' <b>x</b>", company="A\r\nBcc: x@example.com")
    assert PurchaseDetails.objects.get().company == "A Bcc: x@example.com"


@pytest.mark.parametrize("field", ["name", "company", "phone", "email", "bitrix24_address"])
@pytest.mark.parametrize("junk", ["\x00", "\x00" * 50, "é" * 5000, "\ud7ff\uffff", "' OR 1=1 --"])
def test_junk_in_any_field_is_answered_with_the_form(client: Client, shop: Any, field: str, junk: str) -> None:
    put_in_cart(client, shop.term())
    assert client.post("/checkout/", filled(shop, **{field: junk})).status_code in (200, 302)


def test_checkout_needs_the_csrf_token(shop: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/checkout/", filled(shop)).status_code == 403


def test_page_is_never_cached(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    assert "no-store" in client.get("/checkout/")["Cache-Control"]
    assert "no-store" in client.get("/basket/")["Cache-Control"]


class TestPayer:
    def test_a_person_is_asked_for_the_country_alone(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        assert "Choose the country." in send(client, shop, kind="person", company="", address="", city="", country="")
        order(client, shop, kind="person", company="x", address="", city="", country="US", vat_id="nonsense")
        payer = Invoice.objects.get().payer
        assert (payer["kind"], payer["name"], payer["country"]) == ("person", TYPED["name"], "US")
        assert (payer["company"], payer["vat_id"], payer["email"]) == ("", "", TYPED["email"])

    def test_a_company_is_asked_for_what_its_documents_need(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        html = send(client, shop, country="KZ", address="A", tax_number="123456789012")
        assert "БИН/ИИН) is not valid" in html and "full address" in html
        order(client, shop, country="KZ", tax_number="940140000385")
        assert Invoice.objects.get().payer["tax_number"] == "940140000385"
        assert PurchaseDetails.objects.get().company == TYPED["company"]

    def test_fields_of_another_country_come_by_a_button(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        answer = client.post("/checkout/", filled(shop, country="RU", go="fields"), follow=True)
        html = answer.content.decode()
        assert "INN (ИНН)" in html and f'value="{TYPED["company"]}"' in html and "error-summary" not in html
        assert "USt-IdNr." not in html and "БИК" not in html
        assert Order.objects.count() == 0

    def test_what_a_visitor_typed_is_their_first_payer_and_offered_next_time(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        order_by(client, shop, vat_id="DE136695976")
        payer = Payer.objects.get()
        assert (payer.is_default, payer.company, payer.vat_id) == (True, "Acme GmbH", "DE136695976")
        assert payer.used_at is not None
        put_in_cart(client, shop.term("pro"))
        assert f'value="{payer.public_id}"' in client.get("/checkout/").content.decode()
        order_by(client, shop, payer=payer.public_id, company="", country="")
        assert Invoice.objects.latest("pk").payer["vat_id"] == "DE136695976"
        put_in_cart(client, shop.term("pro", 1))
        order_by(client, shop, payer="new", company="Client Ltd", country="GB")
        assert Invoice.objects.latest("pk").payer["company"] == "Client Ltd"
        assert [each.company for each in Payer.objects.all()] == ["Acme GmbH", "Client Ltd"]

    def test_anothers_payer_cannot_be_chosen(
        self, client: Client, shop: Any, customer: Any, make_customer: Any
    ) -> None:
        details = PayerDetails(kind="company", company="Theirs", country="DE")
        theirs = payers.add(customer=make_customer("other@example.com"), details=details)
        payers.add(customer=customer, details=details)
        client.force_login(customer)
        put_in_cart(client, shop.term())
        assert "Choose the payer." in send(client, shop, payer=theirs.public_id, email=customer.email)
        assert Order.objects.count() == 0
