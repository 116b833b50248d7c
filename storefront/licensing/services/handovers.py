"""Handing a license over: its holder offers it to an e-mail, whoever reads that accepts or refuses.

Invoices stay with whoever bought; nothing that was paid for changes. An answer counts once: both customers, the license
and the offer are locked, in this order, and read again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from storefront.core import clock, states
from storefront.licensing import handover_mails
from storefront.licensing.models import Handover, License
from storefront.licensing.services import staff_acts
from storefront.licensing.services.handover_errors import (
    AlreadyOffered,
    CannotReceive,
    MailsComeBack,
    NotTheirs,
    OfferOver,
    OwnAddress,
)
from storefront.licensing.states import HANDOVER_TRANSITIONS, HandoverStatus, LicenseStatus
from storefront.licensing.subscriptions import stopping
from storefront.notifications import addresses
from storefront.users import services as users
from storefront.users.models import User

RIGHT = "licensing.hand_over_license"


def open_offer(license: License) -> Handover | None:
    """The offer that waits for an answer, if any."""
    found = Handover.objects.filter(license=license, status=HandoverStatus.OPEN, expires_at__gt=clock.now())
    return found.first()


def is_open(offer: Handover) -> bool:
    """Whether it waits for an answer and can be accepted: its holder has the license still."""
    license = offer.license
    is_theirs = license.customer_id == offer.holder_id and license.status != LicenseStatus.REVOKED
    return offer.status == HandoverStatus.OPEN and offer.expires_at > clock.now() and is_theirs


def can_receive(account: User) -> bool:
    """Whether licenses can be given to the account: it is neither closed nor one of staff."""
    return account.is_active and not account.is_staff and not account.groups.exists()


def offer(*, license: License, holder: User, email: str, language: str) -> Handover:
    """Offer a license to an e-mail, whose reader is mailed a link that is good for settings.HANDOVER_DAYS.

    Raises NotTheirs (not the holder's, or revoked), OwnAddress, CannotReceive (an account of staff, or a closed one),
    MailsComeBack, or AlreadyOffered.
    """
    email = users.normalise_email(email)
    with transaction.atomic():
        states.lock(User(pk=holder.pk))
        locked = states.lock(license)
        if locked.customer_id != holder.pk or locked.status == LicenseStatus.REVOKED:
            raise NotTheirs
        known = users.find_by_email(email)
        if known is not None and known.pk == holder.pk:
            raise OwnAddress
        _check_receiver(known)
        written_to = addresses.find(email)
        if written_to is not None and written_to.is_bounced:
            raise MailsComeBack
        if open_offer(locked) is not None:
            raise AlreadyOffered
        Handover.objects.filter(license=locked, status=HandoverStatus.OPEN).update(status=HandoverStatus.EXPIRED)
        now = clock.now()
        made = Handover.objects.create(
            license=locked,
            holder=holder,
            email=email,
            language=known.language if known else language,
            created_at=now,
            expires_at=now + timedelta(days=settings.HANDOVER_DAYS),
        )
        locked.record("handover_offered", actor=holder, offer=made.pk)
        handover_mails.offered(made)
    return made


def withdraw(*, offer: Handover, holder: User) -> None:
    """The holder wants to keep the license. Raises OfferOver, or NotTheirs."""
    with transaction.atomic():
        states.lock(User(pk=holder.pk))
        if offer.holder_id != holder.pk:
            raise NotTheirs
        locked = _lock(offer)
        _decide(locked, HandoverStatus.WITHDRAWN)
        locked.license.record("handover_withdrawn", actor=holder, offer=locked.pk)


def refuse(*, offer: Handover) -> None:
    """The receiver does not want the license; the holder is mailed. Raises OfferOver."""
    with transaction.atomic():
        states.lock(User(pk=offer.holder_id))
        locked = _lock(offer)
        _decide(locked, HandoverStatus.REFUSED)
        locked.license.record("handover_refused", offer=locked.pk)
        handover_mails.refused(locked)


def accept(*, offer: Handover, name: str = "") -> User:
    """The license is the receiver's from now on: the account of the offer's e-mail, which is made if there is none
    (``name`` is theirs then). Whoever calls has shown that they read the mails of that address. Both are mailed.

    Returns the receiver. Raises OfferOver, OwnAddress (the holder's e-mail has become that of the offer), or
    CannotReceive.
    """
    if not offer.email:  # whose account was erased since
        raise OfferOver
    with transaction.atomic():
        receiver = users.find_by_email(offer.email) or _register(offer, name)
        for pk in sorted({offer.holder_id, receiver.pk}):
            states.lock(User(pk=pk))
        receiver.refresh_from_db()
        _check_receiver(receiver)
        locked = _lock(offer)
        if not is_open(locked):
            raise OfferOver
        if receiver.pk == locked.holder_id:
            raise OwnAddress
        _decide(locked, HandoverStatus.ACCEPTED, receiver=receiver)
        _give(locked.license, receiver, actor=receiver, code="handed_over", reason="")
    return receiver


@transaction.atomic
def by_staff(*, license: License, receiver: User, actor: User, reason: str) -> License:
    """Staff hand a license over at once; an open offer is over. Both customers are mailed.

    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason; revoked; same_holder
    :raises CannotReceive: an account of staff, or a closed one
    """
    for pk in sorted({license.customer_id, receiver.pk}):
        states.lock(User(pk=pk))
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    if license.customer_id == receiver.pk:
        raise staff_acts.NotPossible("same_holder")
    _check_receiver(receiver)
    waiting = Handover.objects.filter(license=license, status=HandoverStatus.OPEN)
    waiting.update(status=HandoverStatus.WITHDRAWN, decided_at=clock.now())
    _give(license, receiver, actor=actor, code="handed_over_by_staff", reason=reason)
    return license


def _lock(offer: Handover) -> Handover:
    """The offer and its license, locked. Customers are locked by then."""
    license = states.lock(License(pk=offer.license_id))
    locked = states.lock(offer)
    locked.license = license
    return locked


def _decide(offer: Handover, status: HandoverStatus, **changes: Any) -> None:
    """Raises OfferOver for one that was answered, withdrawn or has expired."""
    now = clock.now()
    if offer.status != HandoverStatus.OPEN or offer.expires_at <= now:
        raise OfferOver
    states.apply(offer, status, table=HANDOVER_TRANSITIONS, decided_at=now, **changes)


def _give(license: License, receiver: User, *, actor: User, code: str, reason: str) -> None:
    former = license.customer
    stopping.stop_of_license(license, by=stopping.HOLDER)
    license.customer = receiver
    license.save(update_fields=["customer"])
    event = license.record(code, actor=actor, **({"reason": reason} if reason else {}))
    handover_mails.handed_over(license, former=former, event=event)


def _check_receiver(receiver: User | None) -> None:
    if receiver is not None and not can_receive(receiver):
        raise CannotReceive


def _register(offer: Handover, name: str) -> User:
    """Their address is proven: the link was mailed to it."""
    receiver = users.register(email=offer.email, name=name, company="", phone="", language=offer.language)
    users.note_proven(receiver)
    return receiver
