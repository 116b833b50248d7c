"""Offers of licenses that come to nothing: the holder is told, and decides whether to offer the license again, to
another, or to keep it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation

from storefront.core import clock, states
from storefront.core.language import nearest_language
from storefront.licensing import handover_mails
from storefront.licensing.models import Handover, License
from storefront.licensing.services.handover_errors import HandoverError, MailsComeBack, OfferOver
from storefront.licensing.states import FAILED_OFFER, HANDOVER_TRANSITIONS, HandoverStatus, LicenseStatus
from storefront.notifications import addresses
from storefront.users.models import User

_BATCH = 500


def impossible(*, license: License, email: str, language: str, error: HandoverError) -> Handover:
    """A license that was bought for ``email`` cannot be offered to them, for the reason ``error``: note it, and mail
    the license's customer. In the caller's transaction, with customer and license locked."""
    now, holder = clock.now(), license.customer
    made = Handover.objects.create(
        license=license,
        holder=holder,
        email=email,
        language=language,
        status=HandoverStatus.RETURNED if isinstance(error, MailsComeBack) else HandoverStatus.IMPOSSIBLE,
        created_at=now,
        expires_at=now,
        decided_at=now,
    )
    license.record("handover_not_possible", offer=made.pk)
    with translation.override(nearest_language(holder.language)):
        handover_mails.failed(made, reason=str(error))
    return made


def end_due() -> int:
    """End the open offers that nobody answered in time, and those whose mail came back. Returns how many."""
    waiting = list(Handover.objects.filter(status=HandoverStatus.OPEN).order_by("expires_at", "pk")[:_BATCH])
    returned = addresses.find_all(offer.email for offer in waiting)
    ended = 0
    for offer in waiting:
        written_to = returned.get(offer.email)
        if offer.expires_at <= clock.now():
            ended += _end(offer, HandoverStatus.EXPIRED)
        elif written_to is not None and written_to.is_bounced:
            ended += _end(offer, HandoverStatus.RETURNED)
    return ended


def latest(license: License) -> Handover | None:
    """The last offer of a license by who holds it now; one query."""
    return Handover.objects.filter(license=license, holder=license.customer_id).first()


def has_failed(offer: Handover) -> bool:
    """Whether its holder has yet to decide what becomes of the license."""
    is_late = offer.status == HandoverStatus.OPEN and offer.expires_at <= clock.now()
    return offer.kept_at is None and (is_late or offer.status in FAILED_OFFER)


def undecided_of(holder: User) -> QuerySet[Handover]:
    """The failed offers of licenses that a customer still holds, and has yet to decide about."""
    last = Handover.objects.filter(holder=holder.pk, license__customer=holder.pk).exclude(
        license__handovers__pk__gt=F("pk")
    )
    failed = last.filter(status__in=FAILED_OFFER, kept_at=None).exclude(license__status=LicenseStatus.REVOKED)
    return failed.select_related("license")


def keep(*, offer: Handover, holder: User) -> None:
    """The holder keeps the license. Raises OfferOver for an offer that has not failed, or is another's."""
    with transaction.atomic():
        states.lock(User(pk=holder.pk))
        license = states.lock(License(pk=offer.license_id))
        locked = states.lock(offer)
        if locked.holder_id != holder.pk or license.customer_id != holder.pk or not has_failed(locked):
            raise OfferOver
        locked.kept_at = clock.now()
        locked.save(update_fields=["kept_at"])
        license.record("handover_kept", actor=holder, offer=locked.pk)


@transaction.atomic
def _end(offer: Handover, status: HandoverStatus) -> bool:
    """False if it was answered meanwhile. Nobody is told of a license that is no longer the holder's, or that they have
    decided to keep."""
    states.lock(User(pk=offer.holder_id))
    license = states.lock(License(pk=offer.license_id))
    locked = states.lock(offer)
    if locked.status != HandoverStatus.OPEN:
        return False
    locked.license = license
    states.apply(locked, status, table=HANDOVER_TRANSITIONS, decided_at=clock.now())
    license.record(f"handover_{status}", offer=locked.pk)
    is_theirs = license.customer_id == locked.holder_id and license.status != LicenseStatus.REVOKED
    if is_theirs and locked.kept_at is None:
        handover_mails.failed(locked)
    return True
