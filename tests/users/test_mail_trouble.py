"""A customer whose mails come back reads so in the account and can mend it there; staff learn of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client

from storefront.billing import links
from storefront.billing.models import ReviewItem
from storefront.core import clock
from storefront.notifications import addresses, outbox
from storefront.notifications.models import MailAddress, OutboxMessage, OutboxStatus
from storefront.users import password_links
from storefront.users.models import User
from tests import purchases
from tests.backoffice.pressing import confirmed
from tests.inbox.mail_company import send, tell, use

pytestmark = pytest.mark.django_db

NOTICE = "come back, so we send nothing there"
AGAIN = "/account/email/again/"


@pytest.fixture
def bounce(mails: Any, settings: Any, customer: Any, wagtail_site: Any, run_jobs: Any) -> Any:
    """Has the newest mail to the customer come back, or complained about, as the company tells it."""
    use(mails, settings)
    send()

    def come_back(type: str = "HardBounce") -> None:
        assert tell(mails.bounce(to=customer.email, type=type)) == 200
        run_jobs()

    return come_back


@pytest.fixture
def own(client: Client, customer: Any) -> Client:
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    client.force_login(customer)
    return client


def page(client: Client, path: str = "/account/") -> str:
    return str(client.get(path).content.decode())


def mails_to(mails: Any, email: str) -> list[str]:
    outbox.deliver_due()
    return [each["subject"] for each in mails.messages(to=email)]


@pytest.mark.parametrize("path", ["/account/", "/account/invoices/", "/account/email/", "/account/profile/"])
def test_the_account_says_it_and_leads_to_the_address(own: Client, bounce: Any, path: str) -> None:
    assert NOTICE not in page(own, path)
    bounce()
    body = page(own, path)
    assert NOTICE in body and 'href="/account/email/"' in body and f'action="{AGAIN}"' in body


def test_it_is_said_in_russian(own: Client, bounce: Any) -> None:
    bounce()
    assert "возвращаются" in page(own, "/ru/account/")


def test_a_mail_is_tried_when_the_owner_says_that_it_works(own: Client, bounce: Any, mails: Any, customer: Any) -> None:
    bounce()
    assert own.post(AGAIN).status_code == 302
    assert NOTICE not in page(own)
    assert mails_to(mails, customer.email)[0] == "Your e-mail address works"
    bounce()
    assert NOTICE in page(own)


def test_who_has_no_password_gets_the_link_that_sets_one(
    client: Client, bounce: Any, mails: Any, customer: Any
) -> None:
    customer.set_unusable_password()
    customer.save()
    client.force_login(customer)
    bounce()
    body = page(client)
    assert NOTICE in body and 'href="/account/email/"' not in body.partition(NOTICE)[2].partition("</form>")[0]
    client.post(AGAIN)
    assert len(mails_to(mails, customer.email)) == 2
    assert "/account/password/reset/key/" in mails.messages(to=customer.email)[0]["text"]


def test_a_mail_is_tried_so_often_and_no_more(own: Client, bounce: Any) -> None:
    bounce()
    assert [own.post(AGAIN).status_code for _ in range(6)] == [302] * 5 + [429]


def test_trying_again_is_for_oneself_and_by_post(client: Client, own: Client) -> None:
    assert own.get(AGAIN).status_code == 405
    assert "/login/" in Client().post(AGAIN)["Location"]


def test_an_address_that_is_confirmed_is_clean_whatever_came_back_before(
    own: Client, bounce: Any, mails: Any, customer: Any
) -> None:
    addresses.bounced("new@example.com", at=customer.date_joined)
    row = EmailAddress.objects.create(user=customer, email="new@example.com", verified=False)
    password_links.request_confirmation(address=row)
    assert mails_to(mails, "new@example.com"), "the link that proves it goes there all the same"
    link = mails.messages(to="new@example.com")[0]["text"].partition("http://testserver")[2].split()[0]
    own.get(link)
    assert addresses.find("new@example.com").is_bounced  # a scanner that opens links proves nothing
    own.post(link)
    assert not addresses.find("new@example.com").is_bounced


def test_the_link_to_a_password_proves_the_address(own: Client, bounce: Any, customer: Any) -> None:
    bounce()
    url = password_links.password_url(User.objects.get(pk=customer.pk)).removeprefix("http://testserver")
    form = Client()
    key_page = form.get(url)["Location"]
    form.post(key_page, {"password1": "another horse battery", "password2": "another horse battery"})
    assert not addresses.find(customer.email).is_bounced


def test_a_forgotten_password_is_mailed_there_once_a_day(own: Client, bounce: Any, mails: Any, customer: Any) -> None:
    """At once it would only come back; for ever it would lock the owner of a full mailbox out."""
    bounce()
    password_links.request_reset(email=customer.email)
    assert len(mails_to(mails, customer.email)) == 1
    assert OutboxMessage.objects.filter(status=OutboxStatus.WITHHELD).count() == 1
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        password_links.request_reset(email=customer.email)
        assert len(mails_to(mails, customer.email)) == 2
        send("payment_received", key="paid:1")
        assert len(mails_to(mails, customer.email)) == 2  # nothing else goes there
        bounce()
        password_links.request_reset(email=customer.email)
        assert len(mails_to(mails, customer.email)) == 2


def test_after_a_complaint_the_owner_may_have_reminders_again(own: Client, bounce: Any, customer: Any) -> None:
    bounce("SpamComplaint")
    body = page(own)
    assert "no reminders any more" in body and NOTICE not in body
    own.post(AGAIN)
    assert "no reminders any more" not in page(own)
    assert not MailAddress.objects.get().is_complained


def test_staff_are_told_once_and_closing_the_matter_lets_mails_go_there_again(
    bounce: Any, mails: Any, customer: Any, make_customer: Any, client: Client
) -> None:
    bounce()
    bounce()
    item = ReviewItem.objects.get()
    assert (item.kind, customer.email in item.detail, "550 5.1.1" in item.detail) == ("mail_bounced", True, True)
    told = [each for each in mails.messages() if each["subject"].startswith("Mails to an address come back")]
    assert len(told) == 1
    staff = make_customer("money@example.com")
    wanted = ("access_admin", "view_reviewitem", "change_reviewitem")
    staff.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    client.force_login(staff)
    assert "means that the address works" in page(client, f"/admin/money/{item.pk}/")
    confirmed(client, f"/admin/money/{item.pk}/resolve/", reason="They emptied their mailbox.")
    assert not addresses.find(customer.email).is_bounced
    assert send("payment_received", key="paid:1").status == OutboxStatus.SENT
    bounce()
    assert ReviewItem.objects.count() == 2


def test_an_address_of_no_customer_is_no_matter_for_staff(mails: Any, settings: Any, run_jobs: Any, db: Any) -> None:
    use(mails, settings)
    send("conversation_answer", to="visitor@example.com")
    tell(mails.bounce(to="visitor@example.com"))
    run_jobs()
    assert addresses.find("visitor@example.com").is_bounced and not ReviewItem.objects.exists()


def test_staff_learn_in_the_back_office_that_their_own_mails_come_back(
    mails: Any, settings: Any, run_jobs: Any, db: Any
) -> None:
    use(mails, settings)
    send("staff_notice")
    tell(mails.bounce(to=settings.STAFF_EMAIL))
    run_jobs()
    assert settings.STAFF_EMAIL in ReviewItem.objects.get().detail
    assert send("staff_notice", key="another").status == OutboxStatus.SENT  # it is tried, and may work again


def test_the_page_after_the_payment_does_not_promise_a_mail_that_comes_back(
    client: Client, customer: Any, shop: Any, stripe: Any
) -> None:
    client.force_login(customer)
    payment = purchases.pay(purchases.order(customer, shop), stripe)
    path = "/" + links.return_url(payment).split("/", 3)[3]
    assert "The confirmation is on its way to" in page(client, path)
    addresses.bounced(customer.email, at=clock.now())
    body = page(client, path)
    assert "The confirmation is on its way" not in body and NOTICE in body
