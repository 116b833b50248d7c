"""Asking for a copy of the data or for erasure, and withdrawing it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from storefront.core import clock, states
from storefront.core.personal_data import Barrier
from storefront.users import queries, services
from storefront.users.data_protection import links, mails, people
from storefront.users.models import DataRequest, DataRequestKind, DataRequestStatus, User
from storefront.users.models.data_requests import OPEN


class NotPossible(Exception):
    """The account is one of staff, or erased."""


class AskedAlready(Exception):
    """The same was asked for and is not done yet."""


class InTheWay(Exception):
    """``barriers`` must be settled before."""

    def __init__(self, barriers: list[Barrier]) -> None:
        super().__init__()
        self.barriers = barriers


def of(customer: User) -> list[DataRequest]:
    """The latest requests of a customer, one query."""
    return list(DataRequest.objects.filter(customer=customer).select_related("asked_by")[:20])


def open_erasure(customer: User) -> DataRequest | None:
    """The erasure that waits or is under way."""
    return DataRequest.objects.filter(
        customer=customer, kind=DataRequestKind.ERASURE, status__in=OPEN
    ).select_related("customer").first()  # fmt: skip


def ask_export(*, customer: User, by: User, reason: str = "") -> DataRequest:
    """Have a copy made; the customer is mailed when it is there. Raises NotPossible or AskedAlready."""
    with transaction.atomic():
        locked = _checked(customer)
        return _write(DataRequest(kind=DataRequestKind.EXPORT, customer=locked, asked_by=by, reason=reason))


def ask_erasure(
    *, customer: User, by: User, ends_licenses: bool | None, reason: str = "", is_at_once: bool = False
) -> DataRequest:
    """Have a customer erased after settings.ERASURE_WAIT_DAYS, or ``is_at_once``; they are mailed how to withdraw it.

    ``ends_licenses``: whether licenses that still run end with it; None is for who has none.
    Raises NotPossible, AskedAlready, or InTheWay, also for licenses if ``ends_licenses`` is None.
    """
    with transaction.atomic():
        locked = _checked(customer)
        found = people.barriers(people.person(locked))
        if in_the_way := [each for each in found if each.is_firm or ends_licenses is None]:
            raise InTheWay(in_the_way)
        wait = timedelta() if is_at_once else timedelta(days=settings.ERASURE_WAIT_DAYS)
        due_at = clock.now() + wait
        request = _write(
            DataRequest(
                kind=DataRequestKind.ERASURE, customer=locked, asked_by=by, reason=reason, ends_licenses=ends_licenses,
                due_at=due_at,
            )
        )  # fmt: skip
        mails.asked(request, due_at=due_at, withdraw_url=links.withdraw_url(request))
    return request


def withdraw(request: DataRequest) -> bool:
    """Call an erasure off while it waits. Returns False where it is too late, or done already."""
    with transaction.atomic():
        states.lock(User(pk=request.customer_id))
        states.lock(request)
        if request.kind != DataRequestKind.ERASURE or request.status != DataRequestStatus.WAITING:
            return False
        request.status, request.withdrawn_at, request.due_at = DataRequestStatus.WITHDRAWN, clock.now(), None
        request.save(update_fields=["status", "withdrawn_at", "due_at"])
        mails.withdrawn(request)
    return True


def _checked(customer: User) -> User:
    locked = services.locked(customer)
    if locked.erased_at is not None or queries.is_staff(locked):
        raise NotPossible
    return locked


def _write(request: DataRequest) -> DataRequest:
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        raise AskedAlready from error
    return request
