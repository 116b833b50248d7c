"""Acts on a customer's log-in: password link, e-mail, closing and opening again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.core import clock
from storefront.notifications import addresses
from storefront.notifications.models import OutboxMessage
from storefront.users import corrections, password_links, services
from storefront.users.models import User
from tests.backoffice.customers.acting import act, errors, preview
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "ada@right.example"


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


@pytest.fixture
def buyer(wagtail_site: Any) -> User:
    """An account as the checkout makes it: no password, its address unproven."""
    return services.register(email="ada@wrng.example", name="Ada", company="", phone="", language="en")


@pytest.fixture
def owner(customer: Any, wagtail_site: Any) -> User:
    """A customer who has a password and has opened a mailed link."""
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    return customer  # type: ignore[no-any-return]


def url(customer: User, name: str) -> str:
    return f"/admin/customers/{customer.pk}/{name}/"


def recipients() -> list[str]:
    return sorted(address for letter in mail.outbox for address in letter.to)


def links_to(address: str, pattern: str) -> list[str]:
    texts = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    return [found for text in texts for found in re.findall(rf"https?://[^/\s]+({pattern}\S*)", text)]


# Password link ------------------------------------------------------------------------------------------------------


def test_a_password_link_goes_to_the_customers_own_address(
    support: Client, owner: User, run_jobs: Callable[[], int]
) -> None:
    shown = preview(support, url(owner, "password"))
    assert owner.email in " ".join(shown.context_data["preview"])
    assert act(support, url(owner, "password")).status_code == 302
    run_jobs()
    assert recipients() == [owner.email]
    assert links_to(owner.email, "/account/password/")
    entry = ModelLogEntry.objects.get(action="customers.mail_password_link")
    assert (entry.data["customer"], entry.data["reason"]) == (owner.pk, "Asked by phone")


def test_an_account_gets_no_more_links_than_it_may(support: Client, owner: User) -> None:
    for _ in range(3):
        assert act(support, url(owner, "password")).status_code == 302
    assert "as many links as it may" in errors(act(support, url(owner, "password")))
    assert OutboxMessage.objects.filter(kind="mail.access").count() == 3
    assert ModelLogEntry.objects.filter(action="customers.mail_password_link").count() == 3


def test_a_bounced_address_is_tried_again(support: Client, owner: User, run_jobs: Callable[[], int]) -> None:
    addresses.bounced(owner.email, at=clock.now(), is_suppressed=False)
    shown = preview(support, url(owner, "password"))
    assert "came back before" in " ".join(shown.context_data["preview"])
    act(support, url(owner, "password"))
    run_jobs()
    assert owner.email in recipients()


# E-mail -------------------------------------------------------------------------------------------------------------


def test_a_mistyped_address_of_the_checkout_is_corrected_at_once(
    support: Client, buyer: User, run_jobs: Callable[[], int]
) -> None:
    old = buyer.email
    run_jobs()
    (stale,) = links_to(old, "/account/password/")
    mail.outbox.clear()
    assert act(support, url(buyer, "email"), email=NEW).status_code == 302
    run_jobs()
    buyer.refresh_from_db()
    assert buyer.email == NEW
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [(NEW, True, False)]
    assert recipients() == [NEW, old]
    told = next(str(letter.body) for letter in mail.outbox if letter.to == [old])
    assert NEW not in told
    # The stranger's link is dead, the customer's works.
    assert "password1" not in Client().get(stale, follow=True).content.decode()
    (fresh,) = links_to(NEW, "/account/password/")
    assert "password1" in Client().get(fresh, follow=True).content.decode()
    entry = ModelLogEntry.objects.get(action="customers.correct_email")
    assert entry.message == f"Correct the e-mail; E-mail: {old} → {NEW}"


def test_a_proven_account_changes_only_when_its_owner_opens_the_link(
    support: Client, owner: User, run_jobs: Callable[[], int]
) -> None:
    old = owner.email
    assert act(support, url(owner, "email"), email=NEW).status_code == 302
    run_jobs()
    owner.refresh_from_db()
    assert owner.email == old
    assert recipients() == [NEW, old]
    (link,) = links_to(NEW, "/account/confirm-email/")
    # Whoever reads the new mailbox and does not know the password gets nowhere.
    assert "/account/login/" in Client().get(link).headers["Location"]
    own = Client()
    own.force_login(owner)
    own.post(link)
    owner.refresh_from_db()
    assert owner.email == NEW
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [(NEW, True, True)]


@pytest.mark.parametrize("proof", ["password", "verified"])
def test_any_proof_asks_for_a_confirmation(support: Client, buyer: User, proof: str) -> None:
    if proof == "password":
        buyer.set_password(PASSWORD)
        buyer.save()
    else:
        EmailAddress.objects.filter(user=buyer).update(verified=True)
    act(support, url(buyer, "email"), email=NEW)
    buyer.refresh_from_db()
    assert buyer.email == "ada@wrng.example"


def test_a_password_set_meanwhile_stops_the_correction(support: Client, buyer: User) -> None:
    """The preview said 'at once'; what would happen now is shown instead."""
    shown = preview(support, url(buyer, "email"), email=NEW)
    buyer.set_password(PASSWORD)
    buyer.save()
    again = preview(support, url(buyer, "email"), email=NEW, confirmed=shown.context_data["confirmed"])
    assert again.status_code == 200
    assert "Nothing changes before" in " ".join(again.context_data["preview"])


def test_a_link_opened_before_the_correction_sets_no_password_after_it(
    buyer: User, run_jobs: Callable[[], int]
) -> None:
    run_jobs()
    (link,) = links_to(buyer.email, "/account/password/")
    stranger = Client()
    form = stranger.get(link, follow=True).request["PATH_INFO"]
    corrections.correct(user=buyer, email=NEW)
    stranger.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    buyer.refresh_from_db()
    assert not buyer.has_usable_password()


def test_the_address_of_another_account_is_refused(support: Client, buyer: User, owner: User) -> None:
    assert "Another account" in errors(preview(support, url(buyer, "email"), email=owner.email.upper()))


def test_the_same_address_is_refused(support: Client, owner: User) -> None:
    assert "already" in errors(preview(support, url(owner, "email"), email=owner.email))


def test_a_second_correction_replaces_the_first(support: Client, owner: User) -> None:
    for email in ("first@right.example", NEW):
        act(support, url(owner, "email"), email=email)
    pending = EmailAddress.objects.filter(user=owner, verified=False)
    assert list(pending.values_list("email", flat=True)) == [NEW]


# Closing ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def boss(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


def test_a_closed_account_logs_in_no_more_and_its_sessions_end(boss: Client, owner: User) -> None:
    own = Client()
    own.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    assert own.get("/account/").status_code == 200
    assert act(boss, url(owner, "close")).status_code == 302
    assert own.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user=owner).exists()
    own.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    assert own.get("/account/").status_code == 302


def test_it_is_told_only_where_the_box_is_ticked(boss: Client, owner: User, run_jobs: Callable[[], int]) -> None:
    act(boss, url(owner, "close"))
    run_jobs()
    assert mail.outbox == []
    act(boss, url(owner, "reopen"), tell_customer="on")
    run_jobs()
    assert recipients() == [owner.email]
    assert ModelLogEntry.objects.get(action="customers.reopen").data["is_told"] is True


def test_a_reopened_account_logs_in_with_its_old_password(boss: Client, owner: User) -> None:
    act(boss, url(owner, "close"))
    assert "closed already" in errors(act(boss, url(owner, "close")))
    act(boss, url(owner, "reopen"))
    own = Client()
    own.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    assert own.get("/account/").status_code == 200


def test_a_closed_account_gets_no_password_link(boss: Client, owner: User) -> None:
    act(boss, url(owner, "close"))
    assert "closed" in errors(act(boss, url(owner, "password")))


@pytest.mark.parametrize("is_opened", [False, True], ids=["unopened", "opened"])
def test_an_earlier_link_sets_no_password_of_a_closed_account(boss: Client, owner: User, is_opened: bool) -> None:
    path, stranger = password_links.password_url(owner).removeprefix("http://testserver"), Client()
    opened = stranger.get(path)["Location"] if is_opened else ""
    assert act(boss, url(owner, "close")).status_code == 302
    opened = opened or stranger.get(path).headers.get("Location", path)
    stranger.post(opened, {"password1": "another long secret", "password2": "another long secret"})
    owner.refresh_from_db()
    assert not owner.check_password("another long secret") and owner.check_password(PASSWORD)


def test_nothing_is_done_to_accounts_of_staff(boss: Client, staff: Callable[[str], Any]) -> None:
    colleague = staff("Accounting")
    for name in ("password", "email", "close", "reopen", "write"):
        assert boss.get(url(colleague, name)).status_code == 404
