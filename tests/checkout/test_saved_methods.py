"""Saving what one pays with, and paying by it the next time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from storefront.billing import links
from storefront.billing.models import Invoice, Mandate, PaymentAttempt, SavedMethod
from storefront.billing.saved_methods import charging, removing
from storefront.billing.saved_methods.mandates import digest
from storefront.billing.services import polling
from storefront.billing.services.settlement import settle
from storefront.core import clock
from tests.billing.building import make_invoice
from tests.billing.saved_methods import make_mandate

pytestmark = pytest.mark.django_db

CONFIRMS, BROKE = "4000002760003184", "4000008260003178"


@pytest.fixture
def owner(shop: Any, client: Client, customer: Any, stripe: Any) -> Client:
    client.force_login(customer)
    return client


def pay_and_save(owner: Client, customer: Any, stripe: Any, **how: Any) -> SavedMethod:
    invoice = make_invoice(customer, "96.00")
    answer = owner.post(links.pay_path(invoice), {"method": "stripe", "save_method": "1"})
    assert answer.status_code == 303
    attempt = invoice.attempts.get()
    stripe.pay(attempt.provider_reference, **how)
    settle(attempt_id=attempt.pk)
    return SavedMethod.objects.get()


def read(client: Client, path: str) -> str:
    return re.sub(r"\s+", " ", client.get(path).content.decode())


def confirm(client: Client, invoice: Invoice, method: SavedMethod) -> Any:
    """Choose it on the pay page, look at what is confirmed, confirm."""
    chosen = client.post(links.pay_path(invoice), {"method": f"saved:{method.public_id}"})
    assert chosen.status_code == 303 and "/confirm/?method=" in chosen["Location"]
    page = read(client, chosen["Location"])
    assert method.label in page and "Pay €" in page
    assert not invoice.attempts.filter(saved_method=method).exists()  # looking charges nothing
    return client.post(chosen["Location"].partition("?")[0], {"method": method.public_id})


def test_what_is_paid_with_is_saved_with_the_consent_that_was_shown(owner: Client, customer: Any, stripe: Any) -> None:
    page = read(owner, links.pay_path(make_invoice(customer, "10.00")))
    box = re.search(r'<input type="checkbox" name="save_method"[^>]*>\s*<label[^>]*>(.*?)</label>', page)
    assert box and "checked" not in box.group(0)
    before = clock.now()
    method = pay_and_save(owner, customer, stripe)
    assert (method.customer, method.brand.lower(), method.last4, method.status) == (customer, "visa", "4242", "active")
    assert method.is_default and method.expiry.isoformat() == "2040-12-31"
    agreed = Mandate.objects.get()
    assert (agreed.scope, agreed.method, agreed.ended_at) == ("attended", method, None)
    assert agreed.text == box.group(1) and agreed.sha256 == digest(agreed.text)
    assert (agreed.language, agreed.ip_address) == ("en", "127.0.0.1") and agreed.agreed_at >= before
    assert method.label in read(owner, "/account/methods/")


def test_nothing_is_saved_unasked_or_by_whoever_holds_the_link(
    owner: Client, customer: Any, stripe: Any, django_user_model: Any
) -> None:
    invoice, other = make_invoice(customer, "96.00"), make_invoice(customer, "96.00")
    owner.post(links.pay_path(invoice), {"method": "stripe"})
    stranger = Client()
    assert "save_method" not in read(stranger, links.pay_path(other))
    stranger.post(links.pay_path(other), {"method": "stripe", "save_method": "1"})
    for attempt in PaymentAttempt.objects.all():
        stripe.pay(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
    assert PaymentAttempt.objects.filter(status="succeeded").count() == 2
    assert not SavedMethod.objects.exists() and not Mandate.objects.exists()


def test_paying_by_it_is_one_press_on_a_page_that_says_what_is_charged(
    owner: Client, customer: Any, stripe: Any
) -> None:
    method = pay_and_save(owner, customer, stripe)
    invoice = make_invoice(customer, "42.00")
    page = read(owner, links.pay_path(invoice))
    assert re.search(rf'value="saved:{method.public_id}"[^>]*checked', page)
    assert owner.get(confirm(owner, invoice, method)["Location"]).status_code == 200
    invoice.refresh_from_db()
    assert invoice.status == "paid" and stripe.stats()["charges"] == 2
    assert invoice.attempts.get().saved_method == method


def test_who_is_not_its_owner_neither_sees_nor_charges_it(
    owner: Client, customer: Any, stripe: Any, django_user_model: Any
) -> None:
    method = pay_and_save(owner, customer, stripe)
    invoice = make_invoice(customer, "42.00")
    other = Client()
    other.force_login(django_user_model.objects.create_user("other@example.com"))
    for someone in (Client(), other):
        page = read(someone, links.pay_path(invoice))
        assert "4242" not in page and "saved:" not in page
        answer = someone.post(f"{links.pay_path(invoice)}confirm/", {"method": method.public_id})
        assert answer["Location"] == links.pay_path(invoice)
    assert not invoice.attempts.exists()


def test_a_bank_that_wants_the_buyer_gets_them(owner: Client, customer: Any, stripe: Any) -> None:
    method = pay_and_save(owner, customer, stripe, card=CONFIRMS)
    invoice = make_invoice(customer, "42.00")
    led = confirm(owner, invoice, method)["Location"]
    assert "/c/confirm/" in led
    attempt = invoice.attempts.get()
    assert attempt.status == "pending" and attempt.redirect_url == led
    assert confirm_again(owner, invoice, method) == led  # a second press leads to the same page
    stripe.answer(attempt.provider_reference, approve=True)
    assert settle(attempt_id=attempt.pk).status == "succeeded"
    assert invoice.attempts.count() == 1


def confirm_again(owner: Client, invoice: Invoice, method: SavedMethod) -> str:
    answer = owner.post(f"{links.pay_path(invoice)}confirm/", {"method": method.public_id})
    return str(answer["Location"])


def test_a_refusal_leads_back_to_choose_another_way(owner: Client, customer: Any, stripe: Any) -> None:
    method = pay_and_save(owner, customer, stripe)
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="insufficient_funds")
    invoice = make_invoice(customer, "42.00")
    back = confirm(owner, invoice, method)
    assert back["Location"] == links.pay_path(invoice)
    page = read(owner, back["Location"])
    assert "was refused: There is not enough money on the card." in page and "You have not been charged" in page
    invoice.refresh_from_db()
    assert (invoice.status, invoice.attempts.get().failure_code) == ("open", "insufficient_funds")
    assert owner.post(links.pay_path(invoice), {"method": "stripe"}).status_code == 303


def test_removal_stops_every_charge_at_once_and_the_provider_forgets(owner: Client, customer: Any, stripe: Any) -> None:
    method = pay_and_save(owner, customer, stripe)
    reference = method.method_reference
    assert "Remove" in read(owner, f"/account/methods/{method.public_id}/remove/")
    owner.post(f"/account/methods/{method.public_id}/remove/")
    method.refresh_from_db()
    assert (method.status, method.is_default) == ("removed", False) and method.removed_at
    assert not Mandate.objects.filter(ended_at=None).exists()
    invoice = make_invoice(customer, "42.00")
    with pytest.raises(charging.NotChargeable):
        charging.charge(invoice=invoice, method=method)
    assert "saved:" not in read(owner, links.pay_path(invoice))
    assert removing.forget_removed() == 1 and removing.forget_removed() == 0
    assert not any(each["id"] == reference and each["customer"] for each in stripe.methods())
    method.refresh_from_db()
    assert method.method_reference is None and method.last4 == "4242"  # for the papers


def test_a_provider_that_is_down_is_told_later(owner: Client, customer: Any, stripe: Any) -> None:
    method = pay_and_save(owner, customer, stripe)
    removing.remove(method)
    stripe.fail_next(kind="status", status=503, method="POST")
    assert removing.forget_removed() == 0
    assert removing.forget_removed() == 1


def test_a_charge_whose_answer_is_lost_is_made_once(owner: Client, customer: Any, stripe: Any) -> None:
    method = pay_and_save(owner, customer, stripe)
    invoice = make_invoice(customer, "42.00")
    stripe.fail_next(kind="lost", method="POST")
    answer = owner.post(f"{links.pay_path(invoice)}confirm/", {"method": method.public_id})
    assert answer.status_code == 503
    PaymentAttempt.objects.filter(invoice=invoice).update(next_check_at=clock.now())
    polling.poll_open_attempts()
    invoice.refresh_from_db()
    assert invoice.status == "paid" and stripe.stats()["charges"] == 2


def test_a_method_is_added_without_paying(owner: Client, customer: Any, stripe: Any) -> None:
    refused = owner.post("/account/methods/add/", {"method": "stripe"})
    assert refused.status_code == 422 and "Please tick the box" in refused.content.decode()
    led = owner.post("/account/methods/add/", {"method": "stripe", "keep": "on"})
    assert led.status_code == 303
    setup = customer.method_setups.get()
    assert stripe.pay(setup.provider_reference) == "paid"
    back = owner.get(f"/account/methods/added/{setup.public_id}/", follow=True)
    method = SavedMethod.objects.get()
    assert f"{method.label} is saved." in back.content.decode()
    assert method.is_default and stripe.stats()["charges"] == 0
    assert Mandate.objects.get().method == method
    owner.get(f"/account/methods/added/{setup.public_id}/")  # the page again changes nothing
    assert SavedMethod.objects.count() == 1


def test_replacing_takes_what_was_agreed_along_only_where_it_is_ticked(
    owner: Client, customer: Any, stripe: Any
) -> None:
    old = pay_and_save(owner, customer, stripe)
    kept = make_mandate(old, subject="subscription:a", text="Renew A every year.")
    make_mandate(old, subject="subscription:b", text="Renew B every year.")
    page = read(owner, f"/account/methods/{old.public_id}/replace/")
    assert "Renew A every year." in page and "Renew B every year." in page
    data = {"method": "stripe", "keep": "on", f"mandate-{kept.public_id}": "on"}
    assert owner.post(f"/account/methods/{old.public_id}/replace/", data).status_code == 303
    setup = customer.method_setups.get()
    stripe.pay(setup.provider_reference, card="5555555555554444")
    owner.get(f"/account/methods/added/{setup.public_id}/")
    old.refresh_from_db()
    new = SavedMethod.objects.exclude(pk=old.pk).get()
    assert (old.status, old.is_default, new.is_default) == ("removed", False, True)
    live = Mandate.objects.filter(ended_at=None).order_by("pk")
    assert [(each.scope, each.subject, each.method) for each in live] == [
        ("attended", "", new),
        ("renewal", "subscription:a", new),
    ]
    assert live[1].text == "Renew A every year. The method that I add now is charged for it instead of Visa •••• 4242."
    assert live[1].text in page


def test_a_page_that_closes_unused_saves_nothing(owner: Client, customer: Any, stripe: Any) -> None:
    owner.post("/account/methods/add/", {"method": "stripe", "keep": "on"})
    setup = customer.method_setups.get()
    stripe.expire(setup.provider_reference)
    page = owner.get(f"/account/methods/added/{setup.public_id}/", follow=True).content.decode()
    assert "Nothing was saved." in page and not SavedMethod.objects.exists()
