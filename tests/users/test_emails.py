"""One way to read e-mails, in every form: what is read is what is stored, compared and looked up."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.forms import modelform_factory
from django.test import Client, RequestFactory

from storefront.billing.models import Seller
from storefront.core.form_fields import EmailField
from storefront.support.forms import ContactForm, FirstMessageForm
from storefront.users.forms import ChangeEmailForm
from storefront.users.models import User
from storefront.users.services import EmailTaken, find_by_email, register
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SPELLINGS = [
    "Buyer@Example.com",
    "buy\u200ber@example.com\u2069",
    "ｂｕｙｅｒ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    "mailto:buyer@example.com",
]
IMPOSSIBLE = ["a@[127.0.0.1]", "user@localhost", '"a b"@example.com', "buyer@ex\u0430mple.com", "j\u00f6rg@example.com"]


def field_of(name: str, request: Any, user: Any) -> Any:
    if name == "contact":
        return ContactForm(request=request).fields["email"]
    if name == "chat":
        return FirstMessageForm(request=request).fields["email"]
    if name == "change":
        return ChangeEmailForm(user=user).fields["email"]
    if name == "seller":
        return modelform_factory(Seller, fields=["email"])().fields["email"]
    return EmailField()  # the checkout's, tested on its page


@pytest.mark.parametrize("name", ["contact", "chat", "change", "seller", "checkout"])
def test_every_form_reads_with_the_same_field(name: str, rf: RequestFactory, customer: Any) -> None:
    request = rf.get("/")
    request.user = type("Visitor", (), {"is_authenticated": False, "pk": None})()
    request.session = {}
    field = field_of(name, request, customer)
    assert {field.clean(typed) for typed in SPELLINGS} == {"buyer@example.com"}
    for typed in IMPOSSIBLE:
        with pytest.raises(ValidationError):
            field.clean(typed)


@pytest.mark.parametrize("typed", SPELLINGS)
def test_no_spelling_makes_a_second_account(customer: Any, typed: str) -> None:
    assert find_by_email(typed) == customer
    with pytest.raises(EmailTaken):
        register(email=typed, name="", company="", phone="", language="en")


@pytest.mark.parametrize("typed", SPELLINGS)
def test_every_spelling_logs_in(client: Client, customer: Any, typed: str) -> None:
    response = client.post("/account/login/", {"login": typed, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(customer.pk)


@pytest.mark.parametrize("stored", ["user@localhost", "user@b\u00fcro.de", "a@[127.0.0.1]"])
def test_an_account_older_than_the_rules_logs_in_and_resets(
    client: Client, make_customer: Any, stored: str, sent: Callable[[], Any], mailoutbox: list[Any]
) -> None:
    old = make_customer(stored)
    User.objects.filter(pk=old.pk).update(email=stored)
    EmailAddress.objects.create(user=old, email=stored, primary=True, verified=True)
    assert client.post("/account/login/", {"login": stored, "password": PASSWORD}).status_code == 302
    Client().post("/account/password/reset/", {"email": stored})
    sent()
    assert [letter.to for letter in mailoutbox] == [[stored]]


@pytest.mark.parametrize("typed", IMPOSSIBLE)
def test_whatever_form_staff_uses_the_account_keeps_a_readable_email(typed: str) -> None:
    form = modelform_factory(User, fields=["email"])({"email": typed})
    assert not form.is_valid()
    good = modelform_factory(User, fields=["email"])({"email": "St\u200baff@B\u00fcro.de"})
    assert good.is_valid()
    assert good.instance.email == "staff@xn--bro-hoa.de"


def test_setup_shop_reads_it_too(db: None) -> None:
    with pytest.raises(CommandError, match="after @"):
        call_command("setup_shop", "--staff-email", "owner@localhost", stdout=StringIO())
    assert not User.objects.exists()


def test_the_question_is_asked_at_the_field_and_its_answer_taken(client: Client, db: None) -> None:
    """The chat's form, without a script: the likely slip is asked about once."""
    page = client.post("/support/", {"text": "Hello", "email": "ada@gmial.com"}).content.decode()
    assert 'type="radio" name="email-choice" value="ada@gmail.com"' in page
    answered = {"email-asked": "ada@gmial.com", "email-choice": "ada@gmail.com"}
    page = client.post("/support/", {"text": "Hello", "email": "ada@gmial.com", **answered}).content.decode()
    assert 'name="email" value="ada@gmail.com"' in page
    assert 'type="radio" name="email-choice"' not in page
