"""A stranger sets a password by the link that a mistyped address got while staff take it out of the account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from storefront.users import corrections, services
from storefront.users.adapter import AccountAdapter
from storefront.users.models import User
from tests.factories import PASSWORD
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NEW = "ada@right.example"


@pytest.fixture
def buyer() -> User:
    return services.register(email="ada@wrng.example", name="Ada", company="", phone="", language="en")


@pytest.fixture
def stranger(buyer: User, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Sets a password just when staff's act has seen that nobody had one."""
    has_looked, really = threading.Event(), services.is_proven

    def slowly(user: User) -> bool:
        found = really(user)
        has_looked.set()
        dawdle()
        return found

    def set_password() -> None:
        opened_the_link = User.objects.get(pk=buyer.pk)
        has_looked.wait(timeout=30)
        AccountAdapter().set_password(opened_the_link, PASSWORD)

    monkeypatch.setattr(services, "is_proven", slowly)
    return set_password


def test_nobody_gets_a_password_for_a_corrected_account(
    race: Callable[..., list[Any]], buyer: User, stranger: Callable[[], None]
) -> None:
    results = race(lambda: corrections.correct(user=User.objects.get(pk=buyer.pk), email=NEW), stranger)
    buyer.refresh_from_db()
    assert (buyer.email, buyer.has_usable_password()) == (NEW, False)
    assert results[0] is True
    assert isinstance(results[1], PermissionDenied)


def test_control_without_the_lock_the_stranger_has_the_account(
    race: Callable[..., list[Any]], buyer: User, stranger: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "locked", lambda user: User.objects.get(pk=user.pk))
    race(lambda: corrections.correct(user=User.objects.get(pk=buyer.pk), email=NEW), stranger)
    buyer.refresh_from_db()
    assert (buyer.email, buyer.has_usable_password()) == (NEW, True)
