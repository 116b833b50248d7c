"""Closes an account and opens it again. Licenses, invoices and everything else of the customer stay."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from storefront.core import references
from storefront.notifications import mails
from storefront.users import queries, services
from storefront.users.models import User


class CannotClose(Exception):
    """The account is one of staff, or in the wanted state already."""


def close(*, user: User, is_told: bool = False) -> None:
    """End all sessions; nobody logs in any more and no link sets a password. ``is_told``: mail it to the owner.

    Raises CannotClose.
    """
    with transaction.atomic():
        _turn(user, is_active=False)
        for session in UserSession.objects.filter(user=user):
            session.end()
        if is_told:
            with translation.override(user.language):
                _tell(
                    user,
                    gettext("Your account is closed"),
                    gettext("Nobody can log in to it any more. Your licenses work on until they end."),
                    gettext("If you did not ask for this, please answer this mail."),
                )


def reopen(*, user: User, is_told: bool = False) -> None:
    """Let the owner log in again, with the password of before. Raises CannotClose."""
    with transaction.atomic():
        _turn(user, is_active=True)
        if is_told:
            with translation.override(user.language):
                _tell(
                    user,
                    gettext("Your account is open again"),
                    gettext("You can log in as before. If you have forgotten the password, set a new one there."),
                )


def _turn(user: User, *, is_active: bool) -> None:
    locked = services.locked(user)
    if locked.is_active == is_active or queries.is_staff(locked):
        raise CannotClose
    user.is_active = locked.is_active = is_active
    locked.save(update_fields=["is_active"])


def _tell(user: User, title: str, *paragraphs: str) -> None:
    notice = mails.AccountNotice(title=title, paragraphs=paragraphs)
    mails.enqueue(notice, to=user.email, language=user.language, key=f"account:{references.public_id()}")
