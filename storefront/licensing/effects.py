"""What an order line does to licenses, in words: before it is paid, and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import clock, money
from storefront.core.instants import instant
from storefront.licensing.grants import LATER, NOW, LicenseGrant
from storefront.licensing.models import License
from storefront.licensing.services import licenses, terms
from storefront.licensing.services.outlook import Outlook, has_other_type, outlook
from storefront.licensing.states import PORTAL_TAKEN, LicenseStatus

NEW, SCHEDULED, EXTENDS, CHANGES, FOLLOWS = "new", "scheduled", "extends", "changes", "follows"


@dataclass(frozen=True, slots=True)
class Effect:
    """``code``: new, scheduled (begins when another customer's license of the portal ends), extends, changes (to
    another type at once) or follows (as another type, when what is paid has run out). ``text`` says it in the active
    language; ``choices`` are the two that the buyer has to choose from, by value of ``LicenseGrant.change``."""

    code: str
    text: str
    choices: Sequence[tuple[str, str]] = ()


def effect_of(grant: LicenseGrant, *, customer: Any, currency: str, quantity: int = 1) -> Effect:
    """What paying for a line would do now. ``customer``: whose license it becomes, None if they have no account yet."""
    now = clock.now()
    license = licenses.held(customer.pk, grant) if customer else None
    if license is None:
        is_taken = licenses.is_taken(grant.software_id, grant.portal_address, customer)
        return Effect(SCHEDULED, _scheduled(grant)) if is_taken else Effect(NEW, _new(grant, quantity))
    more = _more(quantity - 1)
    if not has_other_type(license, grant.plan_id, now):
        return Effect(EXTENDS, _extends(license, grant, currency, now) + more)
    at_once, afterwards = _changes(license, grant, currency, now), _follows(license, grant, currency, now)
    choices = ((NOW, at_once), (LATER, afterwards)) if at_once else ((LATER, afterwards),)
    if grant.change == NOW and at_once:
        return Effect(CHANGES, at_once + more, choices)
    return Effect(FOLLOWS, afterwards + more, choices)


def done_text(license: License, invoice: Any) -> str:
    """What a paid invoice has done to one of its licenses."""
    words = {"number": license.number, "plan": license.plan_name, "end": instant(license.valid_until)}
    if license.link_problem == PORTAL_TAKEN and license.begins_by:
        return _("Begins when the present license of this Bitrix24 ends.")
    if license.begins_by:
        words["latest"] = instant(license.begins_by)
        return _("Its time begins when the app is opened in your Bitrix24, at the latest on %(latest)s.") % words
    older = license.terms.exclude(invoice_line__invoice=invoice).filter(converted_from=None)
    if not older.exists():
        return _("New license, runs to %(end)s.") % words
    mine = license.terms.filter(invoice_line__invoice=invoice).first()
    if mine and license.terms.filter(converted_at=mine.created_at).exists():
        return _("Changed to %(plan)s, runs to %(end)s.") % words
    if mine and mine.plan_id != license.plan_id:
        words["plan"], words["start"] = mine.plan_name, instant(mine.starts_at)
        return _("Goes on as %(plan)s on %(start)s, runs to %(end)s.") % words
    return _("Extended to %(end)s.") % words


def _new(grant: LicenseGrant, quantity: int) -> str:
    text = ngettext("New license.", "%(count)d new licenses.", quantity) % {"count": quantity}
    if grant.binding_kind == "none" or grant.starts_at_payment:
        return text + " " + _("Its time begins with the payment.")
    return (
        text
        + " "
        + ngettext(
            "Its time begins when the app is opened in your Bitrix24, at the latest %(days)d day after payment.",
            "Its time begins when the app is opened in your Bitrix24, at the latest %(days)d days after payment.",
            settings.LICENSE_START_DAYS,
        )
        % {"days": settings.LICENSE_START_DAYS}
    )


def _scheduled(grant: LicenseGrant) -> str:
    return _(
        "New license. %(host)s is licensed already: this one begins when that license ends. Until then its time does "
        "not run."
    ) % {"host": grant.portal_address}


def _more(count: int) -> str:
    if count < 1:
        return ""
    return " " + ngettext("%(count)d more is a new license.", "%(count)d more are new licenses.", count) % {
        "count": count
    }


def _outlook(
    license: License, grant: LicenseGrant, currency: str, now: datetime, prices: dict[int, Decimal] | None = None
) -> Outlook:
    return outlook(license, plan_id=grant.plan_id, months=grant.months, currency=currency, prices=prices, now=now)


def _extends(license: License, grant: LicenseGrant, currency: str, now: datetime) -> str:
    view = _outlook(license, grant, currency, now)
    words = {"number": license.number, "start": instant(view.starts_at), "end": instant(view.ends_at)}
    if license.status != LicenseStatus.ACTIVE and (license.begins_by or license.valid_until <= now):
        return _("Extends %(number)s. Its time begins when the app is opened in your Bitrix24.") % words
    return _("Extends %(number)s from %(start)s to %(end)s.") % words


def _changes(license: License, grant: LicenseGrant, currency: str, now: datetime) -> str:
    """ "" where the unused time has no price in this order's currency."""
    prices = dict(grant.prices)
    if not prices or any(term.currency != currency for term in terms.kept_terms(license) if term.ends_at > now):
        return ""
    view = _outlook(license, grant, currency, now, prices)
    words = {
        "number": license.number, "plan": grant.plan_name, "end": instant(view.valid_until),
        "value": money.display(money.quantize(view.value, currency), currency),
    }  # fmt: skip
    days = ngettext("%(count)d day", "%(count)d days", view.days) % {"count": view.days}
    return _(
        "Changes %(number)s to %(plan)s at once, runs to %(end)s: your unused time, worth %(value)s, becomes %(days)s "
        "of %(plan)s."
    ) % (words | {"days": days})


def _follows(license: License, grant: LicenseGrant, currency: str, now: datetime) -> str:
    view = _outlook(license, grant, currency, now)
    words = {"number": license.number, "plan": grant.plan_name}
    if license.begins_by:
        return _("Goes on with %(number)s as %(plan)s, when what is paid already has run out.") % words
    words |= {"start": instant(view.starts_at), "end": instant(view.ends_at)}
    return (
        _("Goes on with %(number)s as %(plan)s from %(start)s, when what is paid already has run out, to %(end)s.")
        % words
    )
