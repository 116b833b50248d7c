"""A license renews by itself: turned on in the account, changed, skipped and stopped there, or by a mail's link."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import Mandate
from storefront.licensing.links import subscription_stop_url
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import RenewalStatus
from storefront.licensing.subscriptions import queries
from tests.checkout.renewals.building import buy, fund, make_method, make_product, turn_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def license(shop: Any, customer: Any) -> License:
    """Paid for twelve months, and running."""
    return buy(customer, make_product())


@pytest.fixture
def card(customer: Any, stripe: Any) -> Any:
    return make_method(customer)


def page_of(license: License) -> str:
    return f"/account/licenses/{license.public_id}/"


def shown(client: Client, path: str) -> str:
    """The text of a page's main part."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer)


def text_of(answer: Any) -> str:
    page = answer.content.decode()
    main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")])
    return " ".join(main.split())


def hidden(answer: Any) -> dict[str, str]:
    """What the form of a page sends along."""
    found = re.findall(r'<input type="hidden" name="([a-z0-9_]+)" value="([^"]*)"', answer.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def agree(own: Client, license: License, **chosen: str) -> Any:
    """Read the terms of what is chosen, tick the box, send."""
    terms = own.get(f"{page_of(license)}renew/", chosen)
    assert terms.status_code == 200
    sent = hidden(terms) | {"sha256": re.search(r'name="sha256" value="([0-9a-f]{64})"', terms.content.decode())[1]}  # type: ignore[index]
    return own.post(f"{page_of(license)}renew/", sent | {"agree": "on"})


def test_the_customer_reads_the_exact_text_before_they_agree(own: Client, license: License, card: Any) -> None:
    assert "Turn it on" in shown(own, page_of(license))
    choose = own.get(f"{page_of(license)}renew/")
    assert "Visa •••• 4242" in text_of(choose) and "12 months · €96.00" in text_of(choose)
    terms = own.get(f"{page_of(license)}renew/", {"months": "12", "source": card.public_id})
    assert "at most €96.00 with tax" in text_of(terms) and "Visa •••• 4242" in text_of(terms)
    box = re.search(r'<input type="checkbox" name="agree"[^>]*>', terms.content.decode())
    assert box and "checked" not in box[0]
    assert not Subscription.objects.exists()
    answer = agree(own, license, months="12", source=card.public_id)
    assert answer.status_code == 302 and answer.headers["Location"].endswith("#renew")
    (mandate,) = Mandate.objects.all()
    assert mandate.text in text_of(terms)
    page = shown(own, page_of(license))
    for each in ("What renews", "When", "€96.00", "Visa •••• 4242", "How to stop", "Skip this one"):
        assert each in page


def test_without_the_box_nothing_is_agreed_to(own: Client, license: License, card: Any) -> None:
    terms = own.get(f"{page_of(license)}renew/", {"months": "12", "source": card.public_id})
    answer = own.post(f"{page_of(license)}renew/", hidden(terms))
    assert answer.status_code == 422 and "Please tick the box if you agree." in text_of(answer)
    assert not Subscription.objects.exists()


def test_terms_that_changed_meanwhile_are_shown_again(own: Client, license: License, card: Any) -> None:
    sent = {"months": "12", "source": card.public_id, "agree": "on", "sha256": "0" * 64}
    answer = own.post(f"{page_of(license)}renew/", sent)
    assert answer.status_code == 409 and "read them again" in text_of(answer)
    assert "checked" not in answer.content.decode().partition('name="agree"')[2][:60]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"months": "12"}, "Please choose what it is paid from."),
        ({"months": "7", "source": "account"}, "This period is not sold any more."),
        ({"source": "account"}, "Please choose a period."),
        ({"months": "12", "source": "somebody-elses"}, "This saved method cannot be used any more."),
        ({"months": "12", "source": "account", "fallback": "account"}, "first one already"),
        ({"months": "9" * 5000, "source": "\x00", "fallback": "'"}, "This period is not sold any more."),
    ],
)
def test_what_cannot_be_chosen_is_said_at_its_field(
    own: Client, license: License, card: Any, chosen: dict[str, str], told: str
) -> None:
    answer = own.get(f"{page_of(license)}renew/", chosen)
    assert answer.status_code == 422 and told in text_of(answer)


def test_another_customers_method_cannot_be_chosen(
    own: Client, license: License, card: Any, make_customer: Any
) -> None:
    theirs = make_method(make_customer("other@example.com"))
    answer = own.get(f"{page_of(license)}renew/", {"months": "12", "source": theirs.public_id})
    assert answer.status_code == 422


def test_the_account_pays_and_the_card_where_it_does_not(own: Client, license: License, card: Any) -> None:
    fund(license.customer, "5.00")
    assert "Personal account (€5.00)" in text_of(own.get(f"{page_of(license)}renew/"))
    assert agree(own, license, months="12", source="account", fallback=card.public_id).status_code == 302
    subscription = Subscription.objects.get()
    assert (subscription.pays_from, subscription.fallback) == ("account", "method")
    assert Mandate.objects.filter(ended_at=None).count() == 2


def change(own: Client, license: License, button: str) -> Any:
    """Press a button that changes the terms, on the page of the license."""
    page = own.get(page_of(license)).content.decode()
    forms = [form for form in page.split("<form")[1:] if button in form.partition("</form>")[0]]
    (form,) = forms
    found = re.findall(r'name="([a-z0-9_]+)" value="([^"]*)"', form.partition("</form>")[0])
    return own.post(re.search(r'action="([^"]+)"', form)[1], {name: value for name, value in found})  # type: ignore[index]


def test_period_and_method_change_with_one_press(own: Client, license: License, card: Any) -> None:
    turn_on(license, method=card)
    second = make_method(license.customer, last4="1111")
    assert change(own, license, "Change to 1 month").status_code == 302
    assert change(own, license, "Pay from Visa •••• 1111").status_code == 302
    subscription = Subscription.objects.get()
    assert subscription.months == 1 and queries.method_of(subscription) == second
    mandate = Mandate.objects.get(ended_at=None)
    assert "every month" in mandate.text and "1111" in mandate.text and mandate.sha256
    fund(license.customer)
    assert change(own, license, "Pay from Personal account").status_code == 302
    subscription.refresh_from_db()
    assert (subscription.pays_from, subscription.fallback) == ("account", "method")


def test_skipped_taken_back_and_stopped_with_one_press(own: Client, license: License, card: Any) -> None:
    subscription = turn_on(license, method=card)
    assert own.get(f"{page_of(license)}renew/act/").status_code == 405
    assert change(own, license, "Skip this one").status_code == 302
    assert "is skipped" in shown(own, page_of(license))
    assert Renewal.objects.filter(status=RenewalStatus.SKIPPED).count() == 1
    assert change(own, license, "Renew it after all").status_code == 302
    assert change(own, license, 'value="stop"').status_code == 302
    subscription.refresh_from_db()
    assert (subscription.status, subscription.stopped_by) == ("stopped", "customer")
    assert not Mandate.objects.filter(ended_at=None).exists()
    assert "Turn it on" in shown(own, page_of(license))
    again = own.post(f"{page_of(license)}renew/act/", {"do": "stop"}, follow=True)
    assert "changed meanwhile" in again.content.decode()


def test_nobody_else_changes_anything(stranger: Client, license: License, card: Any) -> None:
    turn_on(license, method=card)
    for path in ("renew/", "renew/act/"):
        assert stranger.post(f"{page_of(license)}{path}", {"do": "stop"}).status_code == 404
    assert Subscription.objects.get().status == "active"
    assert "Anywhere" not in shown(stranger, "/account/subscriptions/")


def test_a_higher_price_asks_for_a_new_consent(own: Client, license: License, card: Any) -> None:
    subscription = turn_on(license, method=card)
    Subscription.objects.update(agreed_total=Decimal("80.00"))
    Renewal.objects.update(status=RenewalStatus.NEEDS_CONSENT)
    page = shown(own, page_of(license))
    assert "It costs €96.00 now; you have agreed to €80.00 at most." in page
    assert "1 renewal needs you" in shown(own, "/account/")
    assert change(own, license, "Agree to the new price").status_code == 302
    subscription.refresh_from_db()
    assert subscription.agreed_total == Decimal("96.00")


def test_the_list_says_what_comes_next_and_what_was_stopped(own: Client, license: License, card: Any) -> None:
    turn_on(license, method=card)
    page = shown(own, "/account/subscriptions/")
    assert "Anywhere, Standard" in page and "at most €96.00" in page and "Visa •••• 4242" in page
    assert "1 license renews by itself" in shown(own, "/account/")
    own.post(f"{page_of(license)}renew/act/", {"do": "stop"})
    page = shown(own, "/account/subscriptions/")
    assert "Nothing renews by itself" in page and "You have stopped it." in page


def test_a_card_that_expires_before_the_charge_is_said(own: Client, license: License, card: Any) -> None:
    turn_on(license, method=card)
    card.expiry = license.starts_at.date()
    card.save()
    assert "before the next charge" in shown(own, page_of(license))


def test_the_link_of_a_mail_stops_without_a_log_in(license: License, card: Any, client: Client) -> None:
    subscription = turn_on(license, method=card)
    link = subscription_stop_url(subscription.public_id, "en").removeprefix("http://testserver")
    page = shown(client, link)
    assert "Stop renewing" in page and license.number in page and license.customer.email not in page
    assert Subscription.objects.get().status == "active"
    answer = client.post(link, follow=True)
    assert "no more charges come" in text_of(answer) and "The license works until" in text_of(answer)
    assert Subscription.objects.get().status == "stopped"
    assert "Stopped: no more charges come." in shown(client, link)
    assert client.get(link[:-3] + "xx/").status_code == 404
