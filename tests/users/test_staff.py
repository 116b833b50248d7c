"""What staff does to log-ins in Oscar's dashboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db


def staff(make_customer: Any, *, is_superuser: bool) -> Client:
    user = make_customer("staff@example.com")
    user.is_staff, user.is_superuser = True, is_superuser
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_the_button_for_a_new_password_sends_our_link(
    make_customer: Any, customer: Any, wagtail_site: Any, run_jobs: Any
) -> None:
    answer = staff(make_customer, is_superuser=True).post(
        f"/dashboard/users/{customer.pk}/password-reset/", follow=True
    )
    assert answer.status_code == 200
    assert customer.email in answer.content.decode() and "sets a new password" in answer.content.decode()
    run_jobs()
    assert [message.to for message in mail.outbox] == [[customer.email]]
    assert "/account/password/reset/key/" in mail.outbox[0].body


def test_staff_without_the_right_and_strangers_send_nothing(
    client: Client, make_customer: Any, customer: Any, wagtail_site: Any
) -> None:
    path = f"/dashboard/users/{customer.pk}/password-reset/"
    assert staff(make_customer, is_superuser=False).post(path).status_code == 403
    client.force_login(customer)
    assert client.post(path).status_code == 403
    assert not OutboxMessage.objects.exists()
