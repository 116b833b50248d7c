"""Log-in, log-out, passwords and the e-mail address: one door, and it tells a stranger nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from storefront.users.services import register
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a much better battery"
LOGIN = "/account/login/"


def link_in(letter: Any) -> str:
    found = re.search(r"http://testserver(/account/\S+)", letter.body)
    assert found, letter.body
    return found[1]


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def log_in_and_confirm(client: Client, email: str) -> None:
    """Log in and type the password once more, as every change of the log-in asks."""
    log_in(client, email)
    client.post("/account/reauthenticate/", {"password": PASSWORD})


def is_logged_in(client: Client) -> bool:
    return client.get(reverse("account-home")).status_code == 200


def set_password(client: Client, link: str, password: str = NEW) -> Any:
    form = client.get(link, follow=True)
    assert form.status_code == 200
    if not form.redirect_chain:
        return form
    return client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})


@pytest.fixture
def newcomer() -> User:
    return register(email="New@Example.com", name="Nina New", company="", phone="+1 555 0100", language="en")


# Log-in and log-out -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["buyer@example.com", "Buyer@Example.COM", " buyer@example.com "])
def test_the_email_in_any_spelling_is_the_login(client: Client, customer: Any, spelling: str) -> None:
    assert log_in(client, spelling)["Location"] == "/account/"
    assert is_logged_in(client)


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/checkout/", "/checkout/"),
        ("https://evil.example/", "/account/"),
        ("//evil.example/", "/account/"),
        ("/\\evil.example", "/account/"),
        ("javascript:alert(1)", "/account/"),
    ],
)
def test_after_the_login_he_stays_on_the_site(client: Client, customer: Any, wanted: str, lands: str) -> None:
    assert log_in(client, customer.email, next=wanted)["Location"] == lands


def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(client: Client, customer: Any) -> None:
    def clean(response: Any) -> str:
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
        return re.sub(r'value="[^"]*@[^"]*"', "", body)

    wrong = log_in(client, customer.email, "wrong password")
    unknown = log_in(client, "nobody@example.com", "wrong password")
    assert (wrong.status_code, clean(wrong)) == (unknown.status_code, clean(unknown))


def test_guessing_is_stopped_and_does_not_lock_the_owner_out_for_good(client: Client, customer: Any) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(6):
            log_in(client, customer.email, "wrong password")
        log_in(client, customer.email)
        assert not is_logged_in(client)
        traveller.shift(timedelta(minutes=6))
        log_in(client, customer.email)
        assert is_logged_in(client)


def test_another_name_in_forwarded_for_does_not_buy_more_guesses(client: Client, customer: Any) -> None:
    for number in range(15):
        client.post(
            LOGIN,
            {"login": f"user{number}@example.com", "password": "x"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    log_in(client, customer.email)
    assert not is_logged_in(client)


def test_the_session_id_changes_with_the_login(client: Client, customer: Any) -> None:
    client.get("/account/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = client.cookies.get("sessionid")
    log_in(client, customer.email)
    assert client.cookies["sessionid"].value != (before.value if before else session.session_key)


def test_a_look_does_not_log_out_and_a_press_does(client: Client, customer: Any) -> None:
    client.force_login(customer)
    key = client.session.session_key
    client.get("/account/logout/")
    assert is_logged_in(client)
    client.post("/account/logout/")
    assert not is_logged_in(client)
    client.cookies["sessionid"] = key
    assert not is_logged_in(client)


def test_nobody_can_sign_up_by_himself(client: Client) -> None:
    response = client.post("/account/signup/", {"email": "x@example.com", "password1": NEW, "password2": NEW})
    assert "first order" in response.content.decode()
    assert not User.objects.exists()


# The first password -------------------------------------------------------------------------------------------------


def test_a_first_order_mails_the_login_and_a_link(newcomer: User, sent: Callable[[], Any]) -> None:
    letter = sent()
    assert letter.to == ["new@example.com"]
    assert "Nina New" in letter.body
    assert "new@example.com" in letter.body
    assert "works once and until" in letter.body


def test_the_link_is_stored_nowhere(newcomer: User, sent: Callable[[], Any]) -> None:
    token = link_in(sent()).rstrip("/").split("-", 1)[1]
    row = OutboxMessage.objects.get()
    assert token not in str(row.payload) + row.key + row.last_error


@pytest.mark.parametrize("login_first", [True, False])
def test_the_link_works_although_he_was_signed_in_at_the_checkout(
    client: Client, newcomer: User, sent: Callable[[], Any], login_first: bool
) -> None:
    if login_first:
        Client().force_login(newcomer)
    link = link_in(sent())
    if not login_first:
        Client().force_login(newcomer)
    assert set_password(client, link).status_code == 302
    assert is_logged_in(client)
    assert log_in(Client(), "new@example.com", NEW)["Location"] == "/account/"


def test_the_link_works_in_the_browser_that_is_signed_in(
    client: Client, newcomer: User, sent: Callable[[], Any]
) -> None:
    client.force_login(newcomer)
    set_password(client, link_in(sent()))
    assert is_logged_in(client)


def test_the_link_is_good_once(client: Client, newcomer: User, sent: Callable[[], Any]) -> None:
    link = link_in(sent())
    set_password(client, link)
    other = Client()
    response = set_password(other, link, "yet another battery")
    assert "no longer works" in response.content.decode()
    newcomer.refresh_from_db()
    assert newcomer.check_password(NEW)


def test_the_link_dies_with_a_change_of_the_addresses(client: Client, newcomer: User, sent: Callable[[], Any]) -> None:
    """A new address that is waiting for its proof counts as well: whoever asked for it may hold the old link."""
    link = link_in(sent())
    EmailAddress.objects.create(user=newcomer, email="other@example.com", primary=False, verified=False)
    assert "no longer works" in set_password(client, link).content.decode()


def named_end(letter: Any) -> datetime:
    """The moment after which a mail says that its link is dead."""
    said = letter.body.partition(" until ")[2].partition(" UTC")[0]
    end = datetime.strptime(" ".join(said.split()), "%d %B %Y, %H:%M").replace(tzinfo=UTC)
    assert abs(end - clock.now() - timedelta(hours=72)) < timedelta(minutes=5)
    return end


def test_the_link_is_good_until_the_moment_that_the_mail_names(
    client: Client, newcomer: User, sent: Callable[[], Any]
) -> None:
    letter = sent()
    with time_machine.travel(named_end(letter) - timedelta(minutes=1)):
        assert set_password(Client(), link_in(letter)).status_code == 302


def test_the_link_is_dead_after_the_moment_that_the_mail_names(
    client: Client, newcomer: User, sent: Callable[[], Any]
) -> None:
    letter = sent()
    with time_machine.travel(named_end(letter) + timedelta(minutes=2)):
        assert "no longer works" in set_password(client, link_in(letter)).content.decode()


def test_the_link_proves_the_address(client: Client, newcomer: User, sent: Callable[[], Any]) -> None:
    assert not EmailAddress.objects.get(user=newcomer).verified
    set_password(client, link_in(sent()))
    assert EmailAddress.objects.get(user=newcomer).verified


def test_the_link_ends_every_other_session(client: Client, newcomer: User, sent: Callable[[], Any]) -> None:
    """Somebody who ordered in another's name is out as soon as the owner of the address takes the account."""
    stranger = Client()
    stranger.force_login(newcomer)
    set_password(client, link_in(sent()))
    assert not is_logged_in(stranger)


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "new@example.com"])
def test_a_weak_password_is_refused_beside_the_field(
    client: Client, newcomer: User, sent: Callable[[], Any], password: str
) -> None:
    response = set_password(client, link_in(sent()), password)
    assert response.status_code == 200
    assert 'class="errorlist"' in response.content.decode()


def test_a_stranger_at_the_checkout_cannot_give_the_account_a_password(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    client.post("/account/password/set/", {"password1": NEW, "password2": NEW})
    client.post("/account/password/change/", {"password1": NEW, "password2": NEW})
    newcomer.refresh_from_db()
    assert not newcomer.has_usable_password()


def test_he_can_have_the_link_sent_again_but_not_in_heaps(
    client: Client, newcomer: User, sent: Callable[[], Any], mailoutbox: list[Any]
) -> None:
    client.force_login(newcomer)
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(5):
            client.post("/account/password/set/")
        sent()
    assert len(mailoutbox) == 2  # the first order's, and one more
    assert set_password(Client(), link_in(mailoutbox[-1])).status_code == 302


def test_who_has_a_password_already_gets_no_link(newcomer: User, sent: Callable[[], Any]) -> None:
    newcomer.set_password(NEW)
    newcomer.save()
    assert "/password/reset/key/" not in sent().body


# Reset --------------------------------------------------------------------------------------------------------------


def test_a_reset_answers_alike_whether_the_email_is_known_or_not(
    client: Client, verified: Any, sent: Callable[[], Any], mailoutbox: list[Any]
) -> None:
    known = client.post("/account/password/reset/", {"email": verified.email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert OutboxMessage.objects.count() == 2
    sent()
    assert [letter.to for letter in mailoutbox] == [["buyer@example.com"]]


def test_a_reset_asks_the_database_the_same_for_known_and_unknown(client: Client, verified: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.post("/account/password/reset/", {"email": "warm@example.com"})
    counts = []
    for email in (verified.email, "nobody@example.com"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.post("/account/password/reset/", {"email": email})
        counts.append([query["sql"].split(" ")[0] for query in queries.captured_queries])
    assert counts[0] == counts[1]


def test_a_reset_sets_a_new_password_and_kills_the_old_sessions(
    client: Client, verified: Any, sent: Callable[[], Any]
) -> None:
    old = Client()
    old.force_login(verified)
    client.post("/account/password/reset/", {"email": "BUYER@example.com"})
    set_password(client, link_in(sent()))
    verified.refresh_from_db()
    assert verified.check_password(NEW)
    assert not is_logged_in(old)


def test_a_poisoned_host_does_not_get_into_the_mail(
    client: Client, verified: Any, sent: Callable[[], Any], settings: Any
) -> None:
    response = client.post("/account/password/reset/", {"email": verified.email}, headers={"Host": "evil.example"})
    assert response.status_code == 400
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/account/password/reset/", {"email": verified.email}, headers={"Host": "evil.example"})
    letter = sent()
    assert "evil.example" not in letter.body + str(letter.alternatives)


def test_a_request_for_a_mail_never_fails_because_of_the_mail(client: Client, verified: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.test_mails.DownBackend"
    assert client.post("/account/password/reset/", {"email": verified.email}).status_code == 302


@pytest.mark.parametrize("reader", ["visitor", "other"])
def test_the_link_to_a_new_email_works_for_its_own_account_only(
    client: Client, verified: Any, make_customer: Any, sent: Callable[[], Any], reader: str
) -> None:
    """The new address may be a stranger's by a slip: the stranger must not take the account."""
    log_in_and_confirm(client, verified.email)
    client.post("/account/email/", {"email": "new.me@example.com", "action_add": "1"})
    link = link_in(sent())
    stranger = Client()
    if reader == "other":
        stranger.force_login(make_customer("other@example.com"))
        assert "belongs to another account" in stranger.get(link).content.decode()
        assert stranger.post(link).status_code == 404
        assert is_logged_in(stranger)
    else:
        assert stranger.get(link)["Location"].startswith("/account/login/?next=")
        assert stranger.post(link)["Location"].startswith("/account/login/")
    verified.refresh_from_db()
    assert verified.email == "buyer@example.com"
    client.post(link)
    verified.refresh_from_db()
    assert verified.email == "new.me@example.com"


# Change of password and e-mail --------------------------------------------------------------------------------------


def test_a_change_of_the_password_keeps_this_session_and_ends_the_others(
    client: Client, verified: Any, sent: Callable[[], Any]
) -> None:
    other = Client()
    other.force_login(verified)
    log_in(client, verified.email)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/account/password/change/", form).status_code == 302
    assert is_logged_in(client)
    assert not is_logged_in(other)
    assert "password" in sent().body.lower()


def test_a_new_email_counts_only_after_its_link(client: Client, verified: Any, sent: Callable[[], Any]) -> None:
    log_in_and_confirm(client, verified.email)
    client.post("/account/email/", {"email": "New.Me@Example.com", "action_add": "1"})
    verified.refresh_from_db()
    assert verified.email == "buyer@example.com"
    letter = sent()
    assert letter.to == ["new.me@example.com"]
    link = link_in(letter)
    assert client.get(link).status_code == 200
    verified.refresh_from_db()
    assert verified.email == "buyer@example.com"  # a look confirms nothing
    client.post(link)
    verified.refresh_from_db()
    assert verified.email == "new.me@example.com"
    assert [a.email for a in EmailAddress.objects.filter(user=verified)] == ["new.me@example.com"]
    told = sent()
    assert told.to == ["buyer@example.com"]
    assert "new.me@example.com" in told.body


def test_a_new_email_asks_for_the_password_once_more(client: Client, verified: Any) -> None:
    log_in(client, verified.email)
    response = client.post("/account/email/", {"email": "new.me@example.com", "action_add": "1"})
    assert response["Location"].startswith("/account/reauthenticate/")
    assert not EmailAddress.objects.filter(email="new.me@example.com").exists()


def test_a_taken_email_looks_like_a_free_one_and_is_never_given(
    client: Client, verified: Any, make_customer: Any, sent: Callable[[], Any], mailoutbox: list[Any]
) -> None:
    make_customer("other@example.com")
    log_in_and_confirm(client, verified.email)
    client.get("/account/")  # shows the greeting, so that it is not in what is compared

    def answer(email: str) -> str:
        client.post("/account/email/", {"email": email, "action_add": "1"})
        body = client.get("/account/email/").content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body).replace(email, "EMAIL")

    assert answer("other@example.com") == answer("free@example.com")
    sent()
    assert [letter.to for letter in mailoutbox] == [["free@example.com"]]


def test_an_email_taken_meanwhile_is_not_given_twice(
    client: Client, verified: Any, make_customer: Any, sent: Callable[[], Any]
) -> None:
    log_in_and_confirm(client, verified.email)
    client.post("/account/email/", {"email": "soon@example.com", "action_add": "1"})
    link = link_in(sent())
    make_customer("soon@example.com")
    assert client.post(link).status_code in (200, 302)
    verified.refresh_from_db()
    assert verified.email == "buyer@example.com"


def test_an_unproven_address_cannot_be_swapped_for_another(client: Client, customer: Any) -> None:
    log_in_and_confirm(client, customer.email)
    client.post("/account/email/", {"email": "mine@example.com", "action_add": "1"})
    customer.refresh_from_db()
    assert customer.email == "buyer@example.com"
    assert not EmailAddress.objects.filter(email="mine@example.com").exists()


def test_without_a_password_the_email_cannot_be_changed(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    assert client.get("/account/email/")["Location"] == "/account/password/set/"
    assert client.post("/account/email/", {"email": "x@example.com", "action_add": "1"})["Location"] == (
        "/account/password/set/"
    )


def test_another_persons_confirmation_link_moves_only_its_own_account(
    client: Client, verified: Any, make_customer: Any, sent: Callable[[], Any]
) -> None:
    log_in_and_confirm(client, verified.email)
    client.post("/account/email/", {"email": "new.me@example.com", "action_add": "1"})
    link = link_in(sent())
    stranger = make_customer("stranger@example.com")
    other = Client()
    other.force_login(stranger)
    other.post(link)
    stranger.refresh_from_db()
    assert stranger.email == "stranger@example.com"


@pytest.mark.parametrize(
    "path", ["login", "password/reset", "password/reset/done", "signup", "inactive", "password/reset/key/1-x"]
)
def test_every_public_log_in_page_has_our_design(client: Client, path: str) -> None:
    response = client.get(f"/account/{path}/")
    assert response.status_code == 200
    assert "css/tokens.css" in response.content.decode()


@pytest.mark.parametrize("path", ["logout", "password/change", "email", "2fa", "2fa/totp/activate", "reauthenticate"])
def test_every_own_log_in_page_has_our_design(client: Client, verified: Any, path: str) -> None:
    log_in(client, verified.email)
    response = client.get(f"/account/{path}/", follow=True)
    assert response.status_code == 200
    assert "css/tokens.css" in response.content.decode()
    assert "style=" not in response.content.decode()
