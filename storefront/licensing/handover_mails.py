"""Mails about a license that changes hands: rows of the outbox, written in the transaction that causes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storefront.licensing import links
from storefront.licensing.models import Handover, License, LicenseEvent
from storefront.notifications import mails
from storefront.users.models import User
from storefront.users.services import access_words


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOffered(mails.LicenseMail):
    """``holder`` wants the reader to have the license; ``answer_url`` is good until ``expires_at``."""

    holder: str
    answer_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRefused(mails.LicenseMail):
    """Whoever was offered the license does not want it: it stays the reader's."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFailed(mails.LicenseMail):
    """The license stays the reader's until they decide. ``cause``: expired, returned (the mail came back), impossible
    (it was bought for ``email``, and ``reason`` says why it cannot be offered)."""

    email: str
    cause: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseHandedOver(mails.LicenseMail):
    """``is_receiver``: the license is the reader's now, who may have got an account by it; else it was theirs, and is
    ``email``'s now."""

    is_receiver: bool
    email: str
    new_login: str = ""
    password_page: str = ""


def offered(offer: Handover) -> None:
    """To the receiver."""
    license, url = offer.license, links.handover_url(offer)
    mail = HandoverOffered(
        name="",
        license_number=license.number,
        product=license.product_title,
        plan=license.plan_name,
        account_url=url,
        holder=offer.holder.get_full_name() or offer.holder.email,
        answer_url=url,
        expires_at=offer.expires_at,
    )
    mails.enqueue(mail, to=offer.email, language=offer.language, key=f"handover_offered:{offer.public_id}")


def refused(offer: Handover) -> None:
    """To the holder."""
    mail = HandoverRefused(**_of(offer.license, offer.holder), email=offer.email)
    _enqueue(mail, offer.holder, key=f"handover_refused:{offer.public_id}")


def failed(offer: Handover, *, reason: str = "") -> None:
    """To the holder, in whose language ``reason`` is. Once per offer."""
    mail = HandoverFailed(**_of(offer.license, offer.holder), email=offer.email, cause=offer.status, reason=reason)
    _enqueue(mail, offer.holder, key=f"handover_failed:{offer.public_id}")


def handed_over(license: License, *, former: User, event: LicenseEvent) -> None:
    """To both; ``license`` is the new holder's. Once per event."""
    for reader in (former, license.customer):
        is_receiver = reader.pk == license.customer.pk
        mail = LicenseHandedOver(
            **_of(license, reader),
            is_receiver=is_receiver,
            email=license.customer.email,
            **(access_words(reader, language=reader.language) if is_receiver else {}),
        )
        _enqueue(mail, reader, key=f"license_handed_over:{license.public_id}:{event.pk}:{reader.pk}")


def _of(license: License, reader: User) -> dict[str, str]:
    is_theirs = license.customer_id == reader.pk
    return {
        "name": reader.get_full_name(),
        "license_number": license.number,
        "product": license.product_title,
        "plan": license.plan_name,
        "account_url": links.license_url(license) if is_theirs else links.licenses_url(reader.language),
    }


def _enqueue(mail: mails.Mail, reader: User, *, key: str) -> None:
    mails.enqueue(mail, to=reader.email, language=reader.language, key=key)
