"""What the lines of an order do to licenses, in words: before it is paid, and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from catalogue.plans.models import months_label
from storefront.core import clock, money
from storefront.core.instants import instant
from storefront.core.license_terms import LATER, NOW, LicenseTerms
from storefront.licensing.models import License
from storefront.licensing.services import grants, periods
from storefront.licensing.services.previews import EMPTY_LEDGER, PeriodLedger, PeriodPreview, buy, read_ledger
from storefront.licensing.states import PORTAL_TAKEN, LicenseStatus

NEW, SCHEDULED, EXTENDS, CHANGES, FOLLOWS = "new", "scheduled", "extends", "changes", "follows"


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line: what it grants, how often, and what all of it costs (major units)."""

    grant: LicenseTerms
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """``code``: new, scheduled (begins when another customer's license of the portal ends), extends, changes (to
    another type at once) or follows (as another type, when what is paid has run out). ``text`` says it in the active
    language; ``choices``: the values of ``LicenseTerms.change`` that the buyer may choose from, where it matters."""

    code: str
    text: str
    choices: tuple[str, ...] = ()


def effects_of(lines: Sequence[OrderedLine], *, customer: Any, currency: str) -> list[Effect]:
    """What paying for an order would do now, line by line: each finds the licenses as the lines before it leave them.

    ``customer``: whose licenses they become, None if they have no account yet.
    """
    order = _Order(customer, currency, clock.now())
    return [order.effect(line) for line in lines]


class _Order:
    """The ledgers of the licenses that an order touches; a new one is known by its product and portal."""

    def __init__(self, customer: Any, currency: str, now: datetime) -> None:
        self.customer, self.currency, self.now = customer, currency, now
        self.ledgers: dict[int | tuple[int, str], PeriodLedger] = {}

    def effect(self, line: OrderedLine) -> Effect:
        grant = line.grant
        license = grants.held(self.customer.pk, grant) if self.customer else None
        if license is not None:
            return self._on_held(license, line)
        place = (grant.software_id, grant.portal_address)
        if place in self.ledgers:
            return self._on_new(place, line)
        if grant.portal_address:
            self.ledgers[place] = self._buy(EMPTY_LEDGER, line)[1]
        is_taken = grants.is_taken(grant.software_id, grant.portal_address, self.customer)
        return Effect(SCHEDULED, _scheduled(grant)) if is_taken else Effect(NEW, _new(grant, line.quantity))

    def _on_held(self, license: License, line: OrderedLine) -> Effect:
        """``is_first``: no line before touches the license."""
        grant, more = line.grant, _more(line.quantity - 1)
        is_first = license.pk not in self.ledgers
        ledger = self.ledgers.get(license.pk) or read_ledger(license, self.now)
        view, self.ledgers[license.pk] = self._buy(ledger, line)
        if not ledger.has_other_type(grant.plan_id, self.now):
            return Effect(EXTENDS, _extends(license, grant, view, self.now, is_first=is_first) + more)
        choices = (NOW, LATER) if self._may_change(ledger, grant) else (LATER,)
        if grant.change == NOW and NOW in choices:
            view, self.ledgers[license.pk] = self._buy(ledger, line, at_once=True)
            return Effect(CHANGES, _changes(license, grant, view, self.currency) + more, choices)
        return Effect(FOLLOWS, _follows(license, grant, view) + more, choices)

    def _on_new(self, place: tuple[int, str], line: OrderedLine) -> Effect:
        """One more line for a portal whose license the order itself makes. Nothing is asked: nothing runs yet."""
        grant, ledger, more = line.grant, self.ledgers[place], _more(line.quantity - 1)
        is_other = ledger.has_other_type(grant.plan_id, self.now)
        at_once = is_other and grant.change == NOW and self._may_change(ledger, grant)
        view, self.ledgers[place] = self._buy(ledger, line, at_once=at_once)
        if at_once:
            return Effect(CHANGES, _changes_new(grant, view, self.currency) + more)
        if is_other:
            return Effect(FOLLOWS, _follows_new(grant) + more)
        return Effect(EXTENDS, _extends_new(grant) + more)

    def _may_change(self, ledger: PeriodLedger, grant: LicenseTerms) -> bool:
        """Unused time has a price in this order only if it was paid in the same currency."""
        has_prices = all(grant.prices.get(months, 0) > 0 for months in (grant.months, *grant.prices))
        return has_prices and ledger.is_all_in(self.currency, self.now)

    def _buy(
        self, ledger: PeriodLedger, line: OrderedLine, *, at_once: bool = False
    ) -> tuple[PeriodPreview, PeriodLedger]:
        grant = line.grant
        amount = periods.amounts_of(line.amount, line.quantity, self.currency)[0]
        prices = grant.prices if at_once else None
        return buy(
            ledger, plan_id=grant.plan_id, months=grant.months, amount=amount, currency=self.currency, prices=prices,
            now=self.now,
        )  # fmt: skip


def done_text(license: License, invoice: Any) -> str:
    """What a paid invoice has done to one of its licenses."""
    words = {"number": license.number, "plan": license.plan_name, "end": instant(license.valid_until)}
    if license.link_problem == PORTAL_TAKEN and license.begins_by:
        return _("Begins when the present license of this Bitrix24 ends.")
    if license.begins_by:
        words["latest"] = instant(license.begins_by)
        return _("Its time begins when the app is opened in your Bitrix24, at the latest on %(latest)s.") % words
    older = license.periods.exclude(invoice_line__invoice=invoice).filter(converted_from=None)
    if not older.exists():
        return _("New license, runs to %(end)s.") % words
    mine = license.periods.filter(invoice_line__invoice=invoice).first()
    if mine and license.periods.filter(converted_at=mine.created_at).exists():
        return _("Changed to %(plan)s, runs to %(end)s.") % words
    if mine and mine.plan_id != license.plan_id:
        words["plan"], words["start"] = mine.plan_name, instant(mine.starts_at)
        return _("Goes on as %(plan)s on %(start)s, runs to %(end)s.") % words
    return _("Extended to %(end)s.") % words


def _new(grant: LicenseTerms, quantity: int) -> str:
    if quantity == 1:
        text = pgettext("what an order does", "New license.")  # no plural form: other languages would count the one
    else:
        text = ngettext("%(count)d new license.", "%(count)d new licenses.", quantity) % {"count": quantity}
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


def _scheduled(grant: LicenseTerms) -> str:
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


def _extends(license: License, grant: LicenseTerms, view: PeriodPreview, now: datetime, *, is_first: bool) -> str:
    words = {"number": license.number, "start": instant(view.starts_at), "end": instant(view.ends_at)}
    if license.status != LicenseStatus.ACTIVE and (license.begins_by or license.valid_until <= now):
        if is_first:
            return _("Extends %(number)s. Its time begins when the app is opened in your Bitrix24.") % words
        words["length"] = months_label(grant.months)
        return _("Extends %(number)s: %(length)s more when its time has run out.") % words
    return _("Extends %(number)s from %(start)s to %(end)s.") % words


def _changes(license: License, grant: LicenseTerms, view: PeriodPreview, currency: str) -> str:
    words = _converted(grant, view, currency) | {"number": license.number, "end": instant(view.valid_until)}
    return (
        _(
            "Changes %(number)s to %(plan)s at once, runs to %(end)s: your unused time, worth %(value)s, becomes "
            "%(days)s of %(plan)s."
        )
        % words
    )


def _converted(grant: LicenseTerms, view: PeriodPreview, currency: str) -> dict[str, str]:
    return {
        "plan": grant.plan_name,
        "value": money.display(money.quantize(view.value, currency), currency),
        "days": ngettext("%(count)d day", "%(count)d days", view.days) % {"count": view.days},
    }


def _follows(license: License, grant: LicenseTerms, view: PeriodPreview) -> str:
    words = {"number": license.number, "plan": grant.plan_name}
    if license.begins_by:
        return _("Goes on with %(number)s as %(plan)s, when what is paid already has run out.") % words
    words |= {"start": instant(view.starts_at), "end": instant(view.ends_at)}
    return (
        _("Goes on with %(number)s as %(plan)s from %(start)s, when what is paid already has run out, to %(end)s.")
        % words
    )


def _extends_new(grant: LicenseTerms) -> str:
    words = {"length": months_label(grant.months)}
    return _("Goes to the new license above: %(length)s more when its time has run out.") % words


def _follows_new(grant: LicenseTerms) -> str:
    words = {"plan": grant.plan_name, "length": months_label(grant.months)}
    return _("Goes to the new license above: when its time has run out, it goes on as %(plan)s for %(length)s.") % words


def _changes_new(grant: LicenseTerms, view: PeriodPreview, currency: str) -> str:
    words = _converted(grant, view, currency)
    return (
        _("Changes the new license above to %(plan)s at once: its time, worth %(value)s, becomes %(days)s of %(plan)s.")
        % words
    )
