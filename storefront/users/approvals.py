"""The second person: changes of the seller, of roles and of who has them are asked for by one and decided by another.

Switched on by APPROVAL_BY_SECOND_PERSON. Where fewer than two people hold the right to a change, nobody could agree to
it. Such a change of the seller or of a role is refused until a second person has the right; giving people their roles
stays possible for one alone, so that a shop whose second owner has left can find another. Taking access away never
waits: a stolen account is closed at once. Owners are told of everything, whoever does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string
from wagtail.log_actions import log

from storefront.core import clock, states
from storefront.core.kept_states import State
from storefront.users import approval_mails, approval_words
from storefront.users.models import ApprovalRequest, ApprovalStatus, User
from storefront.users.roles import condition

GOOD_FOR = timedelta(days=7)
LEAST_HOLDERS = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What a second person decides about. ``right``: who asks and who decides has it.

    ``read(key)`` locks the thing and returns its state; raises ObjectDoesNotExist if it is gone.
    ``apply(key, change, asker, decider)`` makes the change; raises what it raises when one person does it alone.
    ``words(key, state)``: a state's values by name in the active language; without it, requests keep the words of who
    asked. ``is_possible_alone``: whether one person may do it where nobody else has the right.
    """

    right: str
    read: Callable[[str], State]
    apply: Callable[[str, State, User, User], None]
    is_possible_alone: bool = False
    words: Callable[[str, State], Mapping[str, str]] | None = None


class ApprovalError(Exception):
    """The request is not possible."""


class TooFewHolders(ApprovalError):
    """Fewer than two people have the right: nobody could agree."""


class AlreadyAsked(ApprovalError):
    """Another change of the same thing waits."""


class OwnRequest(ApprovalError):
    """Who asked does not decide; nobody else withdraws."""


class Decided(ApprovalError):
    """It waits no more."""


class NoRight(ApprovalError):
    """Who asked, or who decides, has not the right (any more)."""


def kind(name: str) -> Kind:
    found: Kind = import_string(settings.APPROVAL_KINDS[name])
    return found


def is_on() -> bool:
    return bool(settings.APPROVAL_BY_SECOND_PERSON)


def holders(name: str) -> QuerySet[User]:
    """Active people who may ask for, and decide, changes of this kind."""
    right = Permission.objects.filter(condition([kind(name).right]))
    holds = Q(user_permissions__in=right) | Q(groups__permissions__in=right) | Q(is_superuser=True)
    return User.objects.filter(pk__in=User.objects.filter(holds, is_active=True).values("pk"))


def kinds_without_holders() -> list[str]:
    """The kinds of change that the rule asks a second person for, and none could be found."""
    return [name for name in settings.APPROVAL_KINDS if is_on() and holders(name).count() < LEAST_HOLDERS]


def is_needed(name: str) -> bool:
    """Whether a change of this kind waits for a second person. Raises TooFewHolders where the rule cannot be kept."""
    if not is_on():
        return False
    if holders(name).count() >= LEAST_HOLDERS:
        return True
    if kind(name).is_possible_alone:
        return False
    raise TooFewHolders


@transaction.atomic
def ask(
    *,
    name: str,
    key: str,
    label: str,
    seen: State,
    change: State,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: User,
    reason: str = "",
) -> ApprovalRequest:
    """Put a change before those who may decide it; they and all owners are mailed. ``seen``: what ``Kind.read`` says of
    the thing before it. Raises AlreadyAsked."""
    now = clock.now()
    open_before = ApprovalRequest.objects.filter(kind=name, key=key, status=ApprovalStatus.WAITING)
    open_before.filter(expires_at__lte=now).update(status=ApprovalStatus.OUTDATED)
    try:
        with transaction.atomic():
            request = ApprovalRequest.objects.create(
                kind=name, key=key, label=label[:300], seen=seen, change=change, before=dict(before),
                after=dict(after), reason=reason, asked_by=by, asked_at=now, expires_at=now + GOOD_FOR,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyAsked from None
    data: dict[str, Any] = {"reason": reason, "before": dict(before), "after": dict(after)}
    data["words"] = approval_words.by_language(request)
    log(instance=request, action="approvals.ask", user=by, data=data)
    approval_mails.asked(request, deciders=holders(name).exclude(pk=by.pk))
    return request


@transaction.atomic
def approve(*, request: ApprovalRequest, by: User, reason: str) -> ApprovalRequest:
    """Make the change, if the thing is still as it was when it was asked for; else the request is outdated.

    Returns the request as it is then. Raises Decided, OwnRequest, NoRight, TooFewHolders, and what the change itself
    raises (nothing was decided then).
    """
    request = _locked(request)
    asker, of_kind = request.asked_by, kind(request.kind)
    if asker is not None and asker.pk == by.pk:
        raise OwnRequest
    if asker is None or not all(person.is_active and person.has_perm(of_kind.right) for person in (asker, by)):
        raise NoRight
    if holders(request.kind).count() < LEAST_HOLDERS:
        raise TooFewHolders
    if not is_as_seen(request):
        return _close(request, ApprovalStatus.OUTDATED, by, reason)
    of_kind.apply(request.key, request.change, asker, by)
    return _close(request, ApprovalStatus.APPROVED, by, reason)


@transaction.atomic
def decline(*, request: ApprovalRequest, by: User, reason: str) -> ApprovalRequest:
    """Say no. Raises Decided, NoRight, or OwnRequest (they withdraw it instead)."""
    request = _locked(request)
    if request.asked_by_id == by.pk:
        raise OwnRequest
    if not by.has_perm(kind(request.kind).right):
        raise NoRight
    return _close(request, ApprovalStatus.DECLINED, by, reason)


@transaction.atomic
def withdraw(*, request: ApprovalRequest, by: User, reason: str) -> ApprovalRequest:
    """Who asked takes it back. Raises Decided, or OwnRequest (another's is declined instead)."""
    request = _locked(request)
    if request.asked_by_id != by.pk:
        raise OwnRequest
    return _close(request, ApprovalStatus.WITHDRAWN, by, reason)


def is_as_seen(request: ApprovalRequest) -> bool:
    """Whether the thing is as it was when the change was asked for. In a transaction; the thing is locked then."""
    try:
        return kind(request.kind).read(request.key) == request.seen
    except ObjectDoesNotExist:
        return False


def waiting() -> QuerySet[ApprovalRequest]:
    """What can still be decided, the oldest first."""
    now = clock.now()
    return ApprovalRequest.objects.filter(status=ApprovalStatus.WAITING, expires_at__gt=now).order_by("asked_at", "pk")


def _locked(request: ApprovalRequest) -> ApprovalRequest:
    request = states.lock(ApprovalRequest(pk=request.pk))
    if not request.is_open(clock.now()):
        raise Decided
    return request


def _close(request: ApprovalRequest, status: ApprovalStatus, by: User, reason: str) -> ApprovalRequest:
    request.status, request.decided_by = status, by
    request.decided_at, request.decision_reason = clock.now(), reason
    request.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
    approval_mails.decided(request, by=by)
    return request
