"""Mails with a link that opens an account. The link is made while the mail is sent, and is never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from storefront.core import clock, references
from storefront.core.language import absolute_url
from storefront.notifications import addresses, delivery, mails
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue
from storefront.notifications.previews import Draft
from storefront.users import services
from storefront.users.models import User
from storefront.users.tokens import PasswordTokens

KIND = "mail.access"
#: Password mails per account in an hour and in a day. Links are valid for three days, so that a stranger who uses the
#: limit up has sent the owner what they need.
MOST_IN_AN_HOUR, MOST_IN_A_DAY = 3, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(mails.Mail):
    """How to log in: ``password_url`` sets a first password and is empty where the account has one."""

    login: str
    login_url: str
    password_url: str
    expires_at: datetime
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(mails.Mail):
    login: str
    password_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail(mails.Mail):
    """To a newly typed address: ``confirm_url`` makes it the login in the place of ``login``."""

    login: str
    confirm_url: str
    expires_at: datetime


def request_reset(*, email: str) -> None:
    """Enqueue a link that sets a new password, within MOST_IN_AN_HOUR and MOST_IN_A_DAY.

    Runs the same queries for known and unknown addresses, so that neither the answer nor its timing reveals an account.
    The worker looks the address up.
    """
    _request_reset(email)


def request_by_staff(*, user: User) -> bool:
    """Enqueue a link for staff who help a customer: one that sets the first password, or a new one.

    It is sent even where mails came back before. Returns False, and sends nothing, if the account has got as many links
    as it may.
    """
    addresses.cleared(user.email)
    if user.has_usable_password():
        return _request_reset(user.email)
    return _request_first_password(user, at=clock.now())


def _request_reset(email: str) -> bool:
    # A digest: keys are logged.
    account = salted_hmac("storefront.users.password_links", services.normalise_email(email)).hexdigest()[:32]
    mail = {"template": "password_reset", "recipient": email}
    return _enqueue_some(f"reset:{account}:", {"what": "reset", "email": email.strip()}, mail, at=clock.now())


def request_first_password(*, user: User, at: datetime) -> None:
    """Enqueue another link that sets a first password; at most one in five minutes (``at``: UTC), MOST_IN_AN_HOUR and
    MOST_IN_A_DAY."""
    _request_first_password(user, at=at, gap=timedelta(minutes=5))


def request_for_corrected(*, user: User) -> None:
    """Enqueue the link that sets a first password to the address that has just taken the place of a mistyped one."""
    key = f"access:{user.pk}:corrected:{references.public_id()}"
    payload = {"what": "access", "user_id": user.pk}
    enqueue(kind=KIND, key=key, payload=payload, template="access", recipient=user.email)


def _request_first_password(user: User, *, at: datetime, gap: timedelta = timedelta()) -> bool:
    mail = {"template": "access", "recipient": user.email}
    return _enqueue_some(f"access:{user.pk}:", {"what": "access", "user_id": user.pk}, mail, at=at, gap=gap)


def _enqueue_some(
    prefix: str, payload: dict[str, Any], mail: dict[str, str], *, at: datetime, gap: timedelta = timedelta()
) -> bool:
    """Enqueue one more mail with a key that begins with ``prefix``, within the limits. Returns whether it is sent."""
    times = OutboxMessage.objects.filter(kind=KIND, key__startswith=prefix, created_at__gt=at - timedelta(days=1))
    sent = sorted(times.values_list("created_at", flat=True))
    in_an_hour = [moment for moment in sent if moment > at - timedelta(hours=1)]
    if len(in_an_hour) >= MOST_IN_AN_HOUR or len(sent) >= MOST_IN_A_DAY or (sent and sent[-1] > at - gap):
        return False
    # Two requests at the same moment count the same number and so make the same key: one mail.
    enqueue(kind=KIND, key=f"{prefix}{at:%Y%m%d%H}:{len(sent)}:{len(in_an_hour)}", payload=payload, **mail)  # type: ignore[arg-type]
    return True


def request_confirmation(*, address: EmailAddress) -> None:
    """Enqueue the mail that asks the owner of a newly typed address to confirm it."""
    key = f"confirm:{address.pk}:{references.public_id()}"
    payload = {"what": "confirm", "address_id": address.pk}
    enqueue(kind=KIND, key=key, payload=payload, template="confirm_email", recipient=address.email)


def try_address(*, user: User) -> None:
    """Mail an account whose address bounced before: the link to a first password, or a short text if it has one."""
    addresses.cleared(user.email)
    if not user.has_usable_password():
        request_first_password(user=user, at=clock.now())
        return
    with translation.override(user.language):
        notice = mails.AccountNotice(
            title=gettext("Your e-mail address works"),
            paragraphs=[
                gettext("You asked for a mail to see whether this address works. It does: our mails come here again.")
            ],
        )
    mails.enqueue(notice, to=user.email, language=user.language, key=f"mail-again:{references.public_id()}")


def deliver(message: OutboxMessage) -> None:
    """Outbox handler of kind ``mail.access``: first password, reset, or confirmation of an address.

    Raises as ``delivery.send``. Sends nothing if the user or address no longer exists.
    """
    for draft in drafts(message):
        delivery.send(draft.mail, to=draft.to, language=draft.language, row=message, key=draft.key)


def drafts(message: OutboxMessage) -> list[Draft]:
    """The mails that ``deliver`` would send now, with new links; none if the user or address no longer exists."""
    payload = message.payload
    what = payload.get("what", "access")
    if what == "confirm":
        return _confirmation(message, payload["address_id"])
    if what == "reset":
        users = User.objects.filter(services.with_email(payload["email"]), is_active=True)
        return [_draft(_password_reset(user), user, key=f"{message.key}:{user.pk}") for user in users]
    return [
        _draft(_access(user), user, key=message.key)
        for user in User.objects.filter(pk=payload["user_id"], is_active=True)
    ]


def password_url(user: User) -> str:
    """The absolute link that sets a password; begins with SITE_URL, never with the Host of a request."""
    uid, token = user_pk_to_url_str(user), PasswordTokens().make_token(user)
    return absolute_url("account_reset_password_from_key", language=user.language, uidb36=uid, key=token)


def _access(user: User) -> Access:
    return Access(
        name=user.name,
        login=user.email,
        login_url=absolute_url("account_login", language=user.language),
        password_url="" if user.has_usable_password() else password_url(user),
        expires_at=_link_expires_at(),
        is_staff=user.is_staff,
    )


def _password_reset(user: User) -> PasswordReset:
    return PasswordReset(
        name=user.name, login=user.email, password_url=password_url(user), expires_at=_link_expires_at()
    )


def _link_expires_at() -> datetime:
    return clock.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def _draft(mail: mails.Mail, user: User, *, key: str) -> Draft:
    return Draft(mail=mail, to=user.email, language=user.language, key=key)


def _confirmation(row: OutboxMessage, address_id: int) -> list[Draft]:
    address = EmailAddress.objects.select_related("user").filter(pk=address_id, verified=False).first()
    if address is None:
        return []
    user: User = address.user
    if User.objects.filter(email__iexact=address.email).exclude(pk=user.pk).exists():
        return []  # somebody else's login: nothing is sent, and the person who typed it learns nothing
    key_in_link = EmailConfirmationHMAC(address).key
    confirm_url = absolute_url("account_confirm_email", language=user.language, key=key_in_link)
    mail = ConfirmEmail(
        name=user.name,
        login=user.email,
        confirm_url=confirm_url,
        expires_at=clock.now() + timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS),
    )
    return [Draft(mail=mail, to=address.email, language=user.language, key=row.key)]
