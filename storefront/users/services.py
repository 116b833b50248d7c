"""Creates and finds accounts. The e-mail is the login, normalized by ``core.user_input.emails``."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q

from storefront.core.language import absolute_url
from storefront.core.user_input import emails
from storefront.notifications import outbox
from storefront.users.models import User


class EmailTaken(Exception):
    """The e-mail has an account already. Carries no address, so that none reaches a log."""


def normalise_email(email: str) -> str:
    """The one spelling under which an e-mail is stored and compared; what cannot be read is only lower-cased."""
    return emails.spelling(email)


def with_email(email: str) -> Q:
    """The condition for the accounts with this e-mail, in any spelling. Accounts older than the rules of
    ``user_input.emails`` are found by their address as it stands."""
    return Q(email__iexact=normalise_email(email)) | Q(email__iexact=email.strip())


def find_by_email(email: str) -> User | None:
    """The account with this e-mail, active or not; None if there is none."""
    return User.objects.filter(with_email(email)).order_by("pk").first()


def is_taken(email: str) -> bool:
    """Whether ``find_by_email`` would find an account, for those who need not see it."""
    return User.objects.filter(with_email(email)).exists()


def register(*, email: str, name: str, company: str, phone: str, language: str, is_told: bool = True) -> User:
    """Create an account without a password and enqueue the mail that lets its owner set one; not if ``is_told`` is
    False: the mail about what it was made for says how (``access_words``).

    Runs in the caller's transaction (or one of its own), so that the account exists if and only if what caused
    it does. Raises EmailTaken if the e-mail has an account, including one created by a parallel request.
    """
    email = normalise_email(email)
    if is_taken(email):
        raise EmailTaken
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name, company=company, phone=phone, language=language)
    except IntegrityError as exc:
        raise EmailTaken from exc
    # allauth logs in by this row; the address is proven when the link in the mail is used.
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    if is_told:
        outbox.enqueue(
            kind="mail.access", key=f"access:{user.pk}", payload={"user_id": user.pk}, template="access",
            recipient=user.email,
        )  # fmt: skip
    return user


def note_proven(user: User) -> None:
    """Somebody has followed a link that was mailed to the account's address."""
    EmailAddress.objects.filter(user=user, email__iexact=user.email).update(verified=True)


def is_proven(user: User) -> bool:
    """Whether somebody has shown that the account is theirs: by a password, a second factor or a mailed link."""
    return (
        user.has_usable_password()
        or EmailAddress.objects.filter(user=user, verified=True).exists()
        or Authenticator.objects.filter(user=user).exists()
    )


def access_words(user: User, *, language: str) -> dict[str, str]:
    """What a mail says of an account that nobody has used yet: its login, and the page that mails a link for a
    password. No link of its own: a mail may be read by others than its reader, and long after."""
    if is_proven(user):
        return {}
    return {"new_login": user.email, "password_page": absolute_url("account_reset_password", language=language)}


def locked(user: User) -> User:
    """The account as it is now, locked until the caller's transaction ends."""
    return User.objects.select_for_update().get(pk=user.pk)
