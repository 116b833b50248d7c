"""The door for messages of outside companies: what is proven is kept once, the rest leaves no trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from storefront.inbox import views
from storefront.inbox.models import InboundEvent, InboundStatus
from tests.inbox.signing import event, headers

pytestmark = pytest.mark.django_db

URL = "/hooks/stripe/"


def post(client, body, url=URL, **extra):
    return client.post(url, body, content_type="application/json", headers=extra.pop("headers", headers(body)), **extra)


def test_a_proven_message_is_stored_and_answered(client):
    response = post(client, event())
    assert response.status_code == 200
    stored = InboundEvent.objects.get()
    assert (stored.source, stored.event_id, stored.status) == ("stripe", "evt_1", InboundStatus.RECEIVED)
    assert stored.summary == "checkout.session.completed"
    assert stored.data["our_reference"] == "nobody"


def test_a_hundred_copies_are_one_message(client):
    body = event()
    assert {post(client, body).status_code for _ in range(100)} == {200}
    assert InboundEvent.objects.get().copies == 100


def test_what_is_stored_cannot_be_read_from_the_table(client):
    from django.db import connection

    post(client, event())
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM inbox_inboundevent")
        (payload,) = cursor.fetchone()
    assert "nobody" not in payload


FORGERIES = {
    "unsigned": lambda body: (body, {}),
    "another secret": lambda body: (body, headers(body, secret="whsec_forged")),
    "one byte altered": lambda body: (body.replace(b"nobody", b"nobodz"), headers(body)),
    "replayed after a day": lambda body: (body, headers(body, age=timedelta(days=1))),
    "stamped a year ahead": lambda body: (body, headers(body, age=timedelta(days=-365))),
    "not UTF-8": lambda body: (b"\xff\xfe", headers(b"\xff\xfe")),
    "not JSON": lambda body: (b"{", headers(b"{")),
    "not an event": lambda body: (b"[]", headers(b"[]")),
    "empty": lambda body: (b"", headers(b"")),
    "no mode": lambda body: (event(livemode=None), headers(event(livemode=None))),
    "garbage for a header": lambda body: (body, {"Stripe-Signature": "t=,v1=é"}),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_message_changes_nothing_but_a_counter(client, forge, django_assert_num_queries):
    body, signature = forge(event())
    before = views.refused["stripe"]
    with django_assert_num_queries(0):
        response = client.post(URL, body, content_type="application/json", headers=signature)
    assert (response.status_code, response.content) == (400, b"")
    assert views.refused["stripe"] == before + 1


def test_both_secrets_are_good_while_one_is_rolled(client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", "whsec_sandbox"]
    for number, secret in enumerate(("whsec_new", "whsec_sandbox")):
        body = event(f"evt_{number}")
        assert post(client, body, headers=headers(body, secret=secret)).status_code == 200
    body = event("evt_3")
    assert post(client, body, headers=headers(body, secret="whsec_old")).status_code == 400


def test_too_much_is_not_even_read(client):
    body = event(padding="x" * (256 * 1024))
    assert post(client, body).status_code == 413
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "999999999999999999999"])
def test_a_length_that_is_none_is_refused(client, length):
    assert post(client, event(), CONTENT_LENGTH=length).status_code == 413


def test_an_unknown_sender_is_not_found(client):
    assert post(client, event(), url="/hooks/nobody/").status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options", "patch"])
def test_only_post_is_a_message(client, method):
    assert getattr(client, method)(URL).status_code == 405


def test_no_session_no_cookie_no_token_is_needed_or_made(client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    response = post(strict, event())
    assert response.status_code == 200
    assert response.cookies == {}
    assert not Session.objects.exists()


def test_storing_costs_few_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        post(client, event())


def test_when_we_cannot_tell_the_sender_is_asked_to_come_again(client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert post(client, event()).status_code == 503


def test_when_the_database_is_busy_the_sender_is_asked_to_come_again(client, monkeypatch):
    from django.db.backends.utils import CursorWrapper

    def busy(self, sql, params=None):
        raise OperationalError("database is locked")

    monkeypatch.setattr(CursorWrapper, "execute", busy)
    assert post(client, event()).status_code == 503
