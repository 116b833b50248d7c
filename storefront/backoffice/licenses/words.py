"""A license in words: its state, its end and what follows, what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.plans.models import months_label
from storefront.backoffice.licenses import finding
from storefront.core.instants import instant
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License, LicenseEvent
from storefront.licensing.queries import effective_status, waiting_after
from storefront.licensing.states import EffectiveStatus, Suspension
from storefront.licensing.validity import days_left, grace


def day(moment: datetime) -> str:
    """``5 May 2027``: without the hour, so that a preview reads the same a minute later."""
    return date_format(timezone.localtime(moment), "j E Y")


def days(number: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", number) % {"count": number}


def state(license: License, now: datetime) -> Iterator[str]:
    """What state a license is in and why, when it ends, and what follows then: sentences."""
    status = effective_status(license, now)
    yield from _why(license, status)
    if status == EffectiveStatus.REVOKED:
        return
    if license.begins_by is not None:
        yield _("Its time stands still. It begins at the latest on %(day)s.") % {"day": instant(license.begins_by)}
        return
    count = days_left(license, now)
    words = {"day": instant(license.valid_until), "count": count}
    if status == EffectiveStatus.EXPIRED or license.valid_until <= now:
        yield _("It ended on %(day)s.") % words
    else:
        left = ngettext("%(count)d day is left.", "%(count)d days are left.", count) % words
        yield _("It ends on %(day)s.") % words + " " + left
    if license.provisional_until is not None:
        until = {"day": instant(license.provisional_until)}
        yield _("It was given before the money came, and is taken back on %(day)s unless it comes.") % until
    if status in (EffectiveStatus.ACTIVE, EffectiveStatus.GRACE):
        yield _("It works on in grace until %(day)s.") % {"day": instant(license.valid_until + grace())}
    for other in waiting_after(license):
        yield _("Then %(number)s takes its place in this Bitrix24.") % {"number": other.number}


def _why(license: License, status: EffectiveStatus) -> Iterator[str]:
    host = binding_of(license.binding_kind).host_of(license)
    if license.suspension:
        runs = license.suspension == Suspension.RUNS
        until = license.suspended_until
        if until:
            yield _("Staff has suspended it until %(day)s.") % {"day": instant(until)}
        else:
            yield _("Staff has suspended it until it is restored.")
        yield _("Its time goes on meanwhile.") if runs else _("Its time stands still meanwhile.")
    if status == EffectiveStatus.SUSPENDED and license.periods.filter(revoked_at=None, is_disputed=True).exists():
        yield _("The buyer's bank disputes its payment. It stays suspended until that is decided.")
    elif status == EffectiveStatus.REVOKED:
        yield _("It is revoked and works no longer.")
    elif status in (EffectiveStatus.PENDING, EffectiveStatus.SCHEDULED):
        if license.link_problem:
            problem = finding.problem(license.link_problem)
            yield _("It is for %(host)s, but %(problem)s.") % {"host": host, "problem": problem}
        elif host:
            yield _("It waits for the app to be opened in %(host)s.") % {"host": host}
        else:
            yield _("It names no Bitrix24 yet. The customer names one in their account.")
    elif status in (EffectiveStatus.ACTIVE, EffectiveStatus.PROVISIONAL) and host:
        yield _("It works in %(host)s.") % {"host": host}


def event(entry: LicenseEvent) -> str:
    """An entry of the history in words; one of a kind that is not known here by its code."""
    detail = {name: _value(value) for name, value in entry.detail.items()}
    detail["length"] = _length(entry.detail)
    text = _texts().get(entry.code)
    if entry.code == "suspended" and "invoice" in detail:
        text = _("Suspended: the payment of %(invoice)s is disputed")
    if entry.code == "link_refused":
        detail["problem"] = finding.problem(entry.detail.get("problem", ""))
    if text is None:
        return entry.code.replace("_", " ")
    return text % _Missing(detail)


class _Missing(dict[str, str]):
    """Words for a text; what an older entry does not hold is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _texts() -> dict[str, str]:
    return {
        "granted": _("Granted: %(length)s, to %(until)s"),
        "extended": _("Extended by %(length)s, to %(until)s"),
        "given": _("Given away with order %(order)s"),
        "goodwill": _("Extended by %(length)s of goodwill, to %(until)s"),
        "end_set": _("End changed from %(before)s to %(until)s"),
        "suspended": _("Suspended"),
        "suspension_ended": _("Suspension ended"),
        "restored": _("Restored"),
        "revoked": _("Revoked"),
        "revoked_by_staff": _("Revoked by staff"),
        "ended_by_erasure": _("Ended when the customer was erased"),
        "taken_back": _("Taken back: %(length)s of invoice %(invoice)s"),
        "provisional": _("Given before the money, until %(until)s (invoice %(invoice)s)"),
        "provisional_final": _("Paid for: it is final"),
        "converted": _("Unused time became %(plan)s: %(length)s"),
        "stopped": _("Its time stopped"),
        "begun": _("Its time began without its Bitrix24, %(waited_for)s"),
        "plan_changed": _("Changed to %(plan)s"),
        "linked": _("Linked to %(host)s"),
        "linked_by_hand": _("Linked by hand to %(host)s; it named %(claimed)s"),
        "link_refused": _("Not linked to %(host)s: %(problem)s"),
        "replaced": _("Gave way to %(by)s"),
        "address_changed": _("The customer changed its address from %(old)s to %(new)s"),
        "address_corrected": _("Address corrected from %(old)s to %(new)s"),
        "moved": _("Moved from %(old)s to %(new)s"),
        "handover_offered": _("Offered to another holder"),
        "handover_not_possible": _("Could not be offered to whom it was bought for"),
        "handover_withdrawn": _("Offer to another holder withdrawn"),
        "handover_expired": _("Offer to another holder not answered in time"),
        "handover_returned": _("Offer to another holder came back: mails to that address do not arrive"),
        "handover_kept": _("Kept by its holder"),
        "handover_refused": _("Offer refused by the other holder"),
        "handed_over": _("Handed over: accepted by the new holder"),
        "handed_over_by_staff": _("Handed over to another customer by staff"),
        "released": _("Released from %(host)s"),
    }


def _length(detail: dict[str, Any]) -> str:
    return months_label(detail["months"]) if detail.get("months") else days(detail.get("days") or 0)


def _value(value: Any) -> str:
    moment = parse_datetime(value) if isinstance(value, str) and len(value) > len("2026-01-01T00:00") else None
    return instant(moment, "short") if moment else str(value or "")
