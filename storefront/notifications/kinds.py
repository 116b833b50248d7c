"""Kinds of mail, by template, that differ in who may get them or in their headers."""

from __future__ import annotations

from datetime import timedelta

from storefront.core import clock
from storefront.notifications.models import MailAddress

#: Useful but not necessary: withheld from readers who reported a mail as unwanted.
REMINDERS = frozenset({"unpaid_reminder", "license_ending", "checkout_reminder"})
#: Written by a person, so not marked as automatic (https://www.rfc-editor.org/rfc/rfc3834#section-5).
WRITTEN_BY_PEOPLE = frozenset({"conversation_answer"})
#: Its link proves that an address works.
PROOFS = frozenset({"confirm_email"})
#: Needed to log in. To an address that bounced they are tried once a day: a mailbox that was full must not lock its
#: owner out.
WAYS_IN = frozenset({"access", "password_reset", "invitation"})
TRIED_AGAIN_AFTER = timedelta(days=1)
#: To the shop's own staff: always tried.
OWN = frozenset({"staff_notice", "refund_decided"})


def why_withheld(template: str, address: MailAddress) -> str:
    """Why a mail must not be sent to this address; "" if it may."""
    if address.is_bounced and template not in PROOFS | OWN and not _may_be_tried(template, address):
        return "mails to this address come back"
    if address.is_complained and template in REMINDERS:
        return "its owner reported a mail as unwanted"
    return ""


def _may_be_tried(template: str, address: MailAddress) -> bool:
    is_long_ago = address.bounced_at is not None and clock.now() - address.bounced_at > TRIED_AGAIN_AFTER
    return template in WAYS_IN and is_long_ago
