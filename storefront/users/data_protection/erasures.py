"""Erases customers: closes the account, and a little later empties everything in one transaction."""

from __future__ import annotations

import logging
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import translation

from storefront.core import clock, queue, scrubbing, sentences, states
from storefront.core.language import nearest_language
from storefront.core.personal_data import Barrier, NotNow, Person, erased_email, rooms
from storefront.core.signals import rows_written
from storefront.users.data_protection import mails, people
from storefront.users.models import DataRequest, DataRequestKind, DataRequestStatus, User

logger = logging.getLogger(__name__)

#: Another worker goes on after so long.
LEASE = timedelta(minutes=10)
#: No request that began before the account was closed is at work any more.
SETTLED_AFTER = timedelta(minutes=2)
AGAIN_AFTER, PROVIDER_AGAIN_AFTER = timedelta(days=1), timedelta(hours=1)


def erase_due() -> int:
    """The worker's job: one step of each erasure that is due. Returns how many steps were made."""
    waiting = DataRequest.objects.filter(
        kind=DataRequestKind.ERASURE, status__in=[DataRequestStatus.WAITING, DataRequestStatus.CLOSED]
    )
    return queue.drain(lambda: queue.claim_next(waiting.select_related("customer"), field="due_at", lease=LEASE), _step)


def _step(request: DataRequest) -> int:
    person = people.person(request.customer)
    if in_the_way := _firm(request, person):
        _put_off(request, in_the_way)
        return 1
    if request.status == DataRequestStatus.WAITING:
        return _close(request)
    try:
        for room in rooms():
            room.prepare(person)
    except NotNow:
        queue.put_back(request, field="due_at", at=clock.now() + PROVIDER_AGAIN_AFTER)
        return 0
    return erase(request)


def _firm(request: DataRequest, person: Person) -> list[Barrier]:
    """Licenses are in the way only of who was never asked about them."""
    return [each for each in people.barriers(person) if each.is_firm or request.ends_licenses is None]


def _put_off(request: DataRequest, in_the_way: list[Barrier]) -> None:
    kept = sentences.kept(each.sentence for each in in_the_way)
    with transaction.atomic():
        with translation.override(nearest_language(request.customer.language)):
            mails.put_off(request, sentences.told(kept))
        with translation.override("en"):
            mails.staff_put_off(request, sentences.told(kept))
        queue.put_back(request, field="due_at", at=clock.now() + AGAIN_AFTER, problem=kept)


def _close(request: DataRequest) -> int:
    """Nobody logs in any more; from here on it cannot be withdrawn."""
    with transaction.atomic():
        customer = states.lock(User(pk=request.customer_id))
        locked = states.lock(DataRequest(pk=request.pk))
        if locked.status != DataRequestStatus.WAITING:
            return 0
        customer.is_active = False
        customer.save(update_fields=["is_active"])
        for session in UserSession.objects.filter(user=customer):
            session.end()
        locked.status, locked.due_at = DataRequestStatus.CLOSED, clock.now() + SETTLED_AFTER
        locked.save(update_fields=["status", "due_at"])
    return 1


def erase(request: DataRequest) -> int:
    """Erase the customer of a closed account, all of it or nothing. Returns 1, or 0 where that is done or put off."""
    before = people.person(request.customer)
    with transaction.atomic():
        for room in rooms():
            room.hold(before)
        customer = states.lock(User(pk=request.customer_id))
        locked = states.lock(DataRequest(pk=request.pk))
        if locked.status != DataRequestStatus.CLOSED or customer.erased_at is not None:
            return 0
        person = people.person(customer)
        if in_the_way := _firm(locked, person):
            locked.customer = customer
            _put_off(locked, in_the_way)
            return 0
        to, name, language = customer.email, customer.name, customer.language
        for room in rooms():
            room.wind_up(person, bool(locked.ends_licenses))
        _forget(customer)
        _empty(person)
        _done(locked, person)
        mails.erased(locked, to=to, name=name, language=language)
    logger.info("customer %s is erased", customer.pk)
    return 1


def _empty(person: Person) -> None:
    for room in rooms():
        for table in room.tables:
            if table.erase is not None:
                table.erase(table.of(person), person)
    signs = (*person.emails, *person.phones)
    for room in rooms():
        for model, columns in room.mentions:
            scrubbing.scrub_rows(scrubbing.mentioning(model, columns, signs), columns, person.words)


def _forget(customer: User) -> None:
    """The account's own row, which everything that is kept points at."""
    customer.erased_at = clock.now()
    customer.email = erased_email(customer.pk)
    customer.name = customer.company = customer.phone = customer.first_name = customer.last_name = ""
    customer.is_active, customer.last_login = False, None
    customer.set_unusable_password()
    customer.save()
    rows_written.send(sender=User, rows=User.objects.filter(pk=customer.pk))


def _done(request: DataRequest, person: Person) -> None:
    counted = {
        table.model._meta.label: table.of(person).distinct().count()
        for room in rooms()
        for table in room.tables
        if table.kept
    }
    request.kept = {label: count for label, count in counted.items() if count}
    request.status, request.due_at, request.done_at, request.problem = DataRequestStatus.DONE, None, clock.now(), []
    request.save()
