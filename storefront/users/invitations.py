"""Staff are invited by mail. Who follows the link chooses a password; the account exists from that moment on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import signing
from django.db import IntegrityError, transaction

from storefront.core import clock, references
from storefront.core.language import absolute_url
from storefront.notifications import delivery, mails, outbox
from storefront.notifications.models import OutboxMessage
from storefront.notifications.previews import Draft
from storefront.users import queries, services, staffing
from storefront.users.models import StaffInvitation, User

KIND = "mail.invitation"
RIGHT = "users.invite_staff"
GOOD_FOR = timedelta(days=7)
_signer = signing.Signer(salt="storefront.users.invitations")


class InvitationError(Exception):
    """The invitation is not possible. Carries no address, so that none reaches a log."""


class HasAccount(InvitationError):
    """The address has an account. ``is_staff``: one of staff; otherwise of a customer."""

    def __init__(self, *, is_staff: bool) -> None:
        super().__init__()
        self.is_staff = is_staff


class AlreadyInvited(InvitationError):
    """There is an invitation to this address that was neither accepted nor withdrawn."""


class InvitationOver(InvitationError):
    """It was accepted or withdrawn, is too old, or its sender may give these roles no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(mails.Mail):
    """``accept_url`` works once and until ``expires_at``."""

    inviter: str
    accept_url: str
    expires_at: datetime


@transaction.atomic
def invite(*, email: str, name: str, language: str, groups: Iterable[Group], by: User) -> StaffInvitation:
    """Mail an invitation to become staff with these roles.

    :raises staffing.MoreThanOwn: a role may do what ``by`` may not
    :raises HasAccount: customers and staff have accounts of their own each
    :raises AlreadyInvited: it can be sent again
    """
    groups = list(groups)
    staffing.check_may_give(by, groups)
    email = services.normalise_email(email)
    account = account_with(email)
    if account is not None:
        raise HasAccount(is_staff=queries.is_staff(account))
    now = clock.now()
    try:
        with transaction.atomic():
            invitation = StaffInvitation.objects.create(
                email=email, name=name, language=language, invited_by=by, nonce=references.public_id(),
                created_at=now, expires_at=now + GOOD_FOR,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyInvited from None
    invitation.groups.set(groups)
    _enqueue(invitation)
    return invitation


def account_with(email: str) -> User | None:
    """The account, of a customer or of staff, that keeps an address from being invited."""
    return services.find_by_email(email)


@transaction.atomic
def resend(*, invitation: StaffInvitation, by: User) -> StaffInvitation:
    """Mail a new link, good for another seven days; earlier ones work no more. From now on it is an invitation by
    ``by``. Raises InvitationOver, MoreThanOwn."""
    invitation = _locked(invitation.pk)
    staffing.check_may_give(by, invitation.groups.all())
    invitation.nonce, invitation.expires_at = references.public_id(), clock.now() + GOOD_FOR
    invitation.invited_by = by
    invitation.save(update_fields=["nonce", "expires_at", "invited_by"])
    _enqueue(invitation)
    return invitation


@transaction.atomic
def withdraw(*, invitation: StaffInvitation) -> StaffInvitation:
    """Its link works no more. Raises InvitationOver."""
    invitation = _locked(invitation.pk)
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    return invitation


def find(token: str) -> StaffInvitation:
    """The invitation that a link belongs to, while it works. Raises InvitationOver otherwise."""
    try:
        pk, _colon, nonce = _signer.unsign(token).partition(":")
    except signing.BadSignature:
        raise InvitationOver from None
    invitation = StaffInvitation.objects.select_related("invited_by").filter(pk=pk, nonce=nonce).first()
    if invitation is None or not _works(invitation):
        raise InvitationOver
    return invitation


@transaction.atomic
def accept(*, token: str, password: str) -> User:
    """Create the account with its roles. The link has proven the address.

    :raises InvitationOver: the link works no more
    :raises HasAccount: somebody has bought something with this address meanwhile
    """
    invitation = _locked(find(token).pk)
    find(token)  # again, under the lock
    if services.is_taken(invitation.email):
        raise HasAccount(is_staff=False)
    user = User.objects.create_user(
        invitation.email, password=password, name=invitation.name, language=invitation.language
    )
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.set(invitation.groups.all())
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    invitation.accepted_at, invitation.user = clock.now(), user
    invitation.save(update_fields=["accepted_at", "user"])
    return user


def deliver(message: OutboxMessage) -> None:
    """Outbox handler: sends the invitation unless it is over meanwhile. Raises as ``delivery.send``."""
    for draft in drafts(message):
        delivery.send(draft.mail, to=draft.to, language=draft.language, row=message, key=message.key)


def drafts(message: OutboxMessage) -> list[Draft]:
    """The mail that ``deliver`` would send now, with its link."""
    invitations = StaffInvitation.objects.select_related("invited_by").filter(pk=message.payload["invitation_id"])
    return [
        Draft(
            mail=Invitation(
                name=invitation.name,
                inviter=invitation.invited_by.get_full_name() if invitation.invited_by else "",
                accept_url=absolute_url("staff-invitation", language=invitation.language, token=_token(invitation)),
                expires_at=invitation.expires_at,
            ),
            to=invitation.email,
            language=invitation.language,
            key=message.key,
        )
        for invitation in invitations
        if _works(invitation) and invitation.nonce == message.payload["nonce"]
    ]


def _works(invitation: StaffInvitation) -> bool:
    """Whether it is open, and whoever sent it may still invite somebody to these roles."""
    by = invitation.invited_by
    if by is None or not invitation.is_open(clock.now()) or not by.has_perm(RIGHT):
        return False
    try:
        staffing.check_may_give(by, invitation.groups.all())
    except staffing.MoreThanOwn:
        return False
    return True


def _token(invitation: StaffInvitation) -> str:
    return _signer.sign(f"{invitation.pk}:{invitation.nonce}")


def _locked(pk: int) -> StaffInvitation:
    invitation = StaffInvitation.objects.select_for_update().get(pk=pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationOver
    return invitation


def _enqueue(invitation: StaffInvitation) -> None:
    # The nonce is no secret without the signature.
    outbox.enqueue(
        kind=KIND, key=f"invitation:{invitation.pk}:{invitation.nonce}",
        payload={"invitation_id": invitation.pk, "nonce": invitation.nonce}, template="invitation",
        recipient=invitation.email,
    )  # fmt: skip
