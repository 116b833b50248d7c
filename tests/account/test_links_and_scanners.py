"""Programs that open every link of a mail before its reader does use nothing up and change nothing.

Mail gateways fetch links with GET, HEAD and OPTIONS, follow redirects, and come several times, as RFC 9110 (9.2.1)
lets them.
A route that is opened by a token needs a row in LINKS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from checkout.models import CheckoutReminder
from checkout.reminders import services as reminders
from cms.permissions import ensure_role
from storefront.billing import links
from storefront.billing.auto_top_ups import links as auto_top_ups
from storefront.billing.models import AutoTopUpCharge, Invoice
from storefront.billing.services.payments import pay as pay_from
from storefront.billing.services.payments import register
from storefront.core import clock
from storefront.licensing.links import extend_url, handover_url, subscription_stop_url
from storefront.licensing.services import handovers
from storefront.notifications import outbox
from storefront.notifications.models import OutboxMessage
from storefront.support.links import conversation_url, rating_url
from storefront.support.services import conversations
from storefront.users import invitations, password_links, roles
from storefront.users.data_protection import links as erasures
from storefront.users.data_protection import requests as data_requests
from storefront.users.models import User
from tests import rows
from tests.account.test_access_matrix import routes
from tests.billing.auto_top_ups import make_charge
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account
from tests.checkout.building import PAYER
from tests.checkout.renewals.building import turn_on
from tests.checkout.test_reminders import asked as leave_checkout
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

#: What a visit may write whoever makes it: the session it gets.
OF_A_VISIT = {"django_session", "usersessions_usersession"}


@dataclass
class Things:
    """What the links of a shop lead to."""

    customer: Any
    invoice: Any
    license: Any
    payment: Any
    conversation: Any
    reminder: Any

    def owner(self) -> Client:
        client = Client()
        client.force_login(self.customer)
        return client


@dataclass(frozen=True)
class Link:
    """``url`` makes the address as a mail has it, ``use`` does with it what its reader wants, and says if it can."""

    route: str
    url: Callable[[Things], str]
    use: Callable[[Things, str], bool]


def set_password(things: Things, url: str) -> bool:
    client = Client()
    page = client.get(url, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another horse battery", "password2": "another horse battery"})
    return bool(Client().login(email=things.customer.email, password="another horse battery"))


def confirm(things: Things, url: str) -> bool:
    things.owner().post(url)
    return bool(EmailAddress.objects.get(email="new@example.com").verified)


def confirmation(things: Things) -> str:
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(EmailAddress.objects.get(verified=False)).key])


def pay(things: Things, url: str) -> bool:
    return Client().post(url, {"gateway": "stripe"}).status_code in (302, 303)


def invitation(things: Things) -> str:
    owner = User.objects.create_user(email="owner@staff.example", password=PASSWORD)
    owner.groups.add(ensure_role(roles.OWNER))
    group = ensure_role(roles.SUPPORT)
    invited = invitations.invite(email="new@staff.example", name="N", language="en", groups=[group], by=owner)
    row = OutboxMessage.objects.get(recipient=invited.email)
    (draft,) = invitations.drafts(row)
    found = re.search(r"http://\S+/account/invitation/[^/\s\"']+/", repr(draft.mail))
    assert found
    return found[0]


def become_staff(things: Things, url: str) -> bool:
    Client().post(url, {"password1": "another horse battery", "password2": "another horse battery"})
    return User.objects.filter(email="new@staff.example").exists()


def announced(things: Things) -> str:
    return auto_top_ups.charge_url(make_charge(things.customer))


def skip_charge(things: Things, url: str) -> bool:
    Client().post(url, {"do": "skip"})
    return AutoTopUpCharge.objects.get().status == "skipped"


def handover(things: Things) -> str:
    license = things.license
    made = handovers.offer(license=license, holder=license.customer, email="new@client.example", language="en")
    return handover_url(made)


def take_license(things: Things, url: str) -> bool:
    Client().post(url, {"do": "accept"})
    things.license.refresh_from_db()
    return bool(things.license.customer.email == "new@client.example")


def read(text: str) -> Callable[[Things, str], bool]:
    return lambda things, url: text in Client().get(url, follow=True).content.decode()


def closed(things: Things) -> str:
    conversations.close(conversation=things.conversation)
    return rating_url(things.conversation)


def rate(things: Things, url: str) -> bool:
    Client().post(url, {"stars": "5"})
    things.conversation.refresh_from_db()
    return bool(things.conversation.rating == 5)


def stop_url(things: Things) -> str:
    return reminders.stop_url(things.reminder)


def stop(things: Things, url: str) -> bool:
    Client().post(url)
    return not CheckoutReminder.objects.exists()


def erasure(things: Things) -> str:
    request = data_requests.ask_erasure(customer=things.customer, by=things.customer, ends_licenses=False)
    return erasures.withdraw_url(request)


def keep(things: Things, url: str) -> bool:
    Client().post(url)
    return bool(things.customer.data_requests.get().status == "withdrawn")


def withdrawal(things: Things) -> str:
    """Of what a person in Germany has bought."""
    made = make_invoice(things.customer, "10.00", payer={"country": "DE", "kind": "person"})
    money = register(
        customer=things.customer, gateway="bank", reference="T-1", is_live=True, amount=made.amount, currency="EUR"
    )
    pay_from(made, [(money, made.amount)])
    return links.withdrawal_url(made)


def withdraw(things: Things, url: str) -> bool:
    invoice = Invoice.objects.get(public_id=links.read_withdrawal_token(url.split("/")[-2]))
    Client().post(url, {"lines": [line.pk for line in invoice.lines.all()]})
    return bool(invoice.refund_requests.filter(is_withdrawal=True).exists())


def renewal(things: Things) -> str:
    return subscription_stop_url(turn_on(things.license, pays_from="account").public_id, "en")


def stop_renewal(things: Things, url: str) -> bool:
    Client().post(url)
    return bool(things.license.subscriptions.get().status == "stopped")


RESULT = "/pay/result/<str:token>/"


def send_proof(things: Any, url: str) -> bool:
    make_account()
    file = SimpleUploadedFile("order.pdf", b"%PDF-1.4\n%%EOF\n")
    return Client().post(url, {"file": file}).status_code == 303


LINKS = {
    "set a password": Link(
        r"/account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        lambda things: password_links.password_url(things.customer), set_password,
    ),
    "confirm an address": Link(r"/account/^confirm-email/(?P<key>[-:\w]+)/$", confirmation, confirm),
    "pay": Link("/pay/<str:token>/", lambda things: links.pay_url(things.invoice), pay),
    "name another payer": Link(
        "/pay/<str:token>/payer/", lambda things: f"{links.pay_url(things.invoice)}payer/",
        lambda things, url: Client().post(url, PAYER).status_code == 303,
    ),
    "pay by a saved method": Link(
        "/pay/<str:token>/confirm/", lambda things: f"{links.pay_url(things.invoice)}confirm/",
        lambda things, url: Client().post(url).status_code == 303,  # to the pay page: only a log-in has any
    ),
    "send a payment proof": Link(
        "/pay/<str:token>/transfer/", lambda things: f"{links.pay_url(things.invoice)}transfer/", send_proof
    ),
    "see what was paid": Link(RESULT, lambda things: links.return_url(things.payment), read("acme.bitrix24.com")),
    "see how it goes on": Link(
        f"{RESULT}status/", lambda things: f"{links.return_url(things.payment)}status/", lambda things, url: True
    ),
    "name another portal": Link(
        f"{RESULT}address/<slug:public_id>/",
        lambda things: f"{links.return_url(things.payment)}address/{things.license.public_id}/",
        lambda things, url: Client().post(url, {"bitrix24_address": "globex.bitrix24.com"}).status_code == 302,
    ),
    "take a license": Link("/handover/<str:token>/", handover, take_license),
    "stop a renewal": Link("/renewals/stop/<str:token>/", renewal, stop_renewal),
    "skip a charge": Link("/auto-payment/<str:token>/", announced, skip_charge),
    "withdraw from a contract": Link("/withdraw/<str:token>/", withdrawal, withdraw),
    "extend": Link("/basket/extend/<str:token>/", lambda things: extend_url(things.license), read("checkout-form")),
    "go on with a cart": Link(
        "/checkout/resume/<str:token>/", lambda things: reminders.resume_url(things.reminder),
        lambda things, url: "Yeastar" in Client().post(url, follow=True).content.decode(),
    ),
    "keep the account": Link("/account/erasure/<str:token>/", erasure, keep),
    "become staff": Link("/account/invitation/<str:token>/", invitation, become_staff),
    "want no mail about it": Link("/checkout/resume/<str:token>/stop/", stop_url, stop),
    "rate the help": Link("/support/rate/<str:token>/", closed, rate),
    "read an answer": Link(
        "/support/open/<str:token>/", lambda things: conversation_url(things.conversation), read("Yes, it does.")
    ),
}  # fmt: skip


@pytest.fixture
def things(customer: Any, invoice: Any, license: Any, stripe: Any, make_customer: Any, shop: Any) -> Things:
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    EmailAddress.objects.create(user=customer, email="new@example.com", verified=False)
    payment = license.periods.get().invoice_line.invoice.attempts.get()
    asked = conversations.begin(
        key="k", text="Does it work?", language="en", page_url="", customer=None, email="visitor@example.com"
    )
    conversations.answer(conversation=asked, by=make_customer("staff@example.com"), text="Yes, it does.", key="a")
    leave_checkout(Client(), shop)
    return Things(customer, invoice, license, payment, asked, CheckoutReminder.objects.get())


def scan(url: str) -> None:
    for _ in range(2):
        client = Client()
        for method in (client.head, client.get, client.options):
            for address in (url, f"{url}?utm_source=scanner"):
                assert method(address, follow=True).status_code < 500


def held() -> rows.Rows:
    return rows.read(sorted(set(rows.tables_with_rows()) - OF_A_VISIT))


@pytest.mark.parametrize("name", LINKS)
def test_opening_a_link_uses_nothing_up(name: str, things: Things, settings: Any) -> None:
    url = LINKS[name].url(things).removeprefix(settings.SITE_URL)
    before = held()
    scan(url)
    assert held() == before
    assert LINKS[name].use(things, url)


def test_every_route_that_a_token_opens_is_in_the_table() -> None:
    by_token = {route for route in routes() if re.search(r"token>|key>", route)}
    assert by_token == {link.route for link in LINKS.values()}


def test_an_answer_that_only_a_scanner_has_seen_is_mailed_all_the_same(things: Things) -> None:
    """The mail's link was opened by a program while staff wrote on."""
    asked = things.conversation
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        outbox.deliver_due()
        outbox.deliver_due()
        (letter,) = [each for each in mail.outbox if each.to == ["visitor@example.com"]]
        url = re.search(r"http://testserver(/support/open/\S+)", letter.body)
        assert url
        conversations.answer(conversation=asked, by=things.customer, text="Since version 4.", key="b")
        scan(url[1])
    with time_machine.travel(clock.now() + timedelta(minutes=8)):
        outbox.deliver_due()
        outbox.deliver_due()
    assert "Since version 4." in [each for each in mail.outbox if each.to == ["visitor@example.com"]][-1].body


def test_what_a_reader_was_shown_by_the_page_itself_is_not_mailed_as_well(things: Things) -> None:
    client = Client()
    page = client.get(conversation_url(things.conversation).removeprefix("http://testserver"), follow=True)
    news = page.request["PATH_INFO"] + "news/?after=2"
    assert client.get(news, headers={"HX-Request": "true"}).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        outbox.deliver_due()
        outbox.deliver_due()
    assert not [each for each in mail.outbox if each.to == ["visitor@example.com"]]
