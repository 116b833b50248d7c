"""Making and finding accounts."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from storefront.notifications.models import OutboxMessage
from storefront.users import services
from storefront.users.models import User

pytestmark = pytest.mark.django_db
DATA = {"name": "Ada", "company": "Engines", "phone": "+44 20 1234567", "language": "en"}


def test_new_account_has_no_password_and_one_access_mail() -> None:
    user = services.register(email=" Ada@Example.COM ", **DATA)
    assert (user.email, user.name, user.company) == ("ada@example.com", "Ada", "Engines")
    assert not user.has_usable_password() and not user.is_staff and user.is_active
    message = OutboxMessage.objects.get()
    assert (message.kind, message.key, message.payload) == ("mail.access", f"access:{user.pk}", {"user_id": user.pk})
    address = EmailAddress.objects.get(user=user)
    assert address.primary and not address.verified


@pytest.mark.parametrize("spelling", ["ada@example.com", "ADA@example.com", "Ada@EXAMPLE.com"])
def test_one_account_per_email_in_any_spelling(spelling: str) -> None:
    services.register(email="ada@example.com", **DATA)
    with pytest.raises(services.EmailTaken):
        services.register(email=spelling, **DATA)
    assert User.objects.count() == 1 and OutboxMessage.objects.count() == 1


def test_account_is_found_in_any_spelling_also_a_closed_one() -> None:
    user = services.register(email="ada@example.com", **DATA)
    User.objects.update(is_active=False)
    assert services.find_by_email(" ADA@example.com") == user
    assert services.find_by_email("ad@example.com") is None


def test_account_vanishes_with_the_transaction_that_made_it() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.register(email="ada@example.com", **DATA)
        raise RuntimeError
    assert User.objects.count() == 0 and OutboxMessage.objects.count() == 0
