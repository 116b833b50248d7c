"""Mail addresses: which bounce, and whose owners complained."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from django.db import transaction

from storefront.core import clock
from storefront.core.user_input import emails
from storefront.notifications.models import MailAddress
from storefront.notifications.signals import address_bounced

Moment = Literal["bounced_at", "complained_at", "cleared_at"]


def find(email: str) -> MailAddress | None:
    """The record of an address, in any spelling; None if nothing was ever reported about it."""
    return MailAddress.objects.filter(email=emails.spelling(email)).first()


def find_all(spellings: Iterable[str]) -> dict[str, MailAddress]:
    """The records of addresses in their stored spelling, by address."""
    return {address.email: address for address in MailAddress.objects.filter(email__in=set(spellings))}


def bounced(email: str, *, at: datetime, detail: str = "", is_suppressed: bool = True) -> None:
    """It permanently refused a mail at that time (UTC). Sends ``address_bounced`` once until it is cleared."""
    with transaction.atomic():
        address = _locked(email)
        was_bounced = address.is_bounced
        if _move(address, "bounced_at", at):
            address.bounce_detail = detail[:500]
        address.is_suppressed = address.is_suppressed or (is_suppressed and address.is_bounced)
        address.save()
        if address.is_bounced and not was_bounced:
            address_bounced.send(sender=MailAddress, address=address)


def complained(email: str, *, at: datetime) -> None:
    """Its owner reported a mail as unwanted, or unsubscribed, at that time (UTC)."""
    with transaction.atomic():
        address = _locked(email)
        _move(address, "complained_at", at)
        address.save()


def cleared(email: str, *, at: datetime | None = None) -> None:
    """It works: its owner opened a mailed link, or says so. Writes nothing for an address without a record."""
    with transaction.atomic():
        if MailAddress.objects.filter(email=emails.spelling(email)).exists():
            address = _locked(email)
            _move(address, "cleared_at", at or clock.now())
            address.save()


def admitted(address: MailAddress) -> None:
    """The mail company no longer suppresses it."""
    MailAddress.objects.filter(pk=address.pk).update(is_suppressed=False)


def _locked(email: str) -> MailAddress:
    spelling = emails.spelling(email)
    MailAddress.objects.bulk_create([MailAddress(email=spelling)], ignore_conflicts=True)
    return MailAddress.objects.select_for_update().get(email=spelling)


def _move(address: MailAddress, name: Moment, at: datetime) -> bool:
    """Set a time forward, never back, so that late reports change nothing. Returns whether it moved."""
    before: datetime | None = getattr(address, name)
    if before is not None and before >= at:
        return False
    setattr(address, name, at)
    return True
