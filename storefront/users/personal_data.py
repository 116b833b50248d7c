"""The account itself, its log-ins, and requests about data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files import File
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import APIToken
from wagtail.users.models import UserProfile

from storefront.core.personal_data import Person, Room, Table, by_email, delete, of
from storefront.users.models import ApprovalRequest, DataRequest, DataRequestStatus, StaffInvitation, User

_SECRET = _("It is a secret that opens the account.")
_OF_STAFF = "what staff did, about things of the shop"


def _words(pk: int) -> Iterator[str]:
    user = User.objects.get(pk=pk)
    yield from (user.email, user.name, user.first_name, user.last_name, user.company, user.phone)
    yield from EmailAddress.objects.filter(user=pk).values_list("email", flat=True)


def _end(rows: QuerySet[Any], person: Person) -> None:
    for session in rows:
        session.end()


def _without_file(rows: QuerySet[Any], person: Person) -> None:
    for row in rows.exclude(file=""):
        row.file.delete(save=False)
    rows.filter(status=DataRequestStatus.READY).update(status=DataRequestStatus.DONE)
    rows.update(file="", size=None, reason="", expires_at=None)


def _avatar(profile: Any) -> Iterable[tuple[str, File[Any]]]:
    if profile.avatar:
        yield f"profile/{profile.pk}-{profile.avatar.name.rpartition('/')[2]}", profile.avatar


ROOM = Room(
    tables=(
        Table(
            model=EmailConfirmation, rows=of("email_address__user"), left_out=_SECRET, erase=delete,
        ),
        Table(model=EmailAddress, rows=of("user"), file="profile", erase=delete),
        Table(model=Authenticator, rows=of("user"), file="log-ins", hidden=("data",), erase=delete),
        Table(
            model=UserSession, rows=of("user"), file="log-ins", hidden=("session_key", "data"), erase=_end,
        ),
        Table(model=APIToken, rows=of("user"), file="log-ins", hidden=("key_hash", "prefix"), erase=delete),
        Table(model=UserProfile, rows=of("user"), file="profile", hidden=("avatar",), uploads=_avatar, erase=delete),
        Table(
            model=StaffInvitation,
            rows=lambda person: of("user")(person) | by_email("email")(person),
            file="profile", hidden=("nonce",), erase=delete,
        ),
        Table(
            model=User.groups.through, rows=of("user"), left_out=_("Groups are for staff."), erase=delete,
        ),
        Table(
            model=User.user_permissions.through, rows=of("user"), left_out=_("Rights are for staff."), erase=delete,
        ),
        Table(
            model=DataRequest, rows=of("customer"), file="requests", hidden=("file", "public_id"), erase=_without_file,
            kept=_("It proves what was asked for and done."),
        ),
        # Last: nothing of them can be found by their e-mail afterwards. ``data_protection.erasure`` empties the row.
        Table(
            model=User, rows=of("pk"), file="profile", hidden=("password",),
            kept=_("Invoices, payments and licenses are kept under the number of the account."),
        ),
    ),
    not_personal={
        "users.ApprovalRequest": _OF_STAFF,
        "admin.LogEntry": "Django's own back office is not installed",
        "users.StaffInvitation_groups": "roles of an invitation, which goes",
    },
    mentions=(
        (ApprovalRequest, ("label", "before", "after", "seen", "change", "reason", "decision_reason")),
        (DataRequest, ("reason",)),
    ),
    words=_words,
)  # fmt: skip
