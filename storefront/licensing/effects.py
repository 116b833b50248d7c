"""What the lines of an order do to licenses, in words: before it is paid, and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from catalogue.plans.models import months_label
from storefront.billing.models import Invoice
from storefront.core import clock, money
from storefront.core.instants import instant
from storefront.core.language import nearest_language
from storefront.core.license_terms import LATER, NOW, LicenseTerms
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License
from storefront.licensing.queries import license_to_extend
from storefront.licensing.services.ledger import EMPTY_LEDGER, PeriodLedger, PeriodPreview, buy
from storefront.licensing.services.periods import read_ledger
from storefront.licensing.states import LicenseStatus
from storefront.notifications import mails
from storefront.users.models import User

NEW, SCHEDULED, EXTENDS, CHANGES, FOLLOWS = "new", "scheduled", "extends", "changes", "follows"


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line of an order: ``amount`` is for all of ``quantity``, in major units."""

    terms: LicenseTerms
    quantity: int
    amount: Decimal

    def unit_amounts(self, currency: str) -> list[Decimal]:
        """The price of each unit; they add up to ``amount``."""
        return money.allocate(self.amount, [Decimal(1)] * self.quantity, currency)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a line does to licenses.

    ``code``: new, scheduled (begins when another customer's license of the portal ends), extends, changes (to another
    type at once) or follows (as another type, when the paid time has run out). ``text`` says it in the active language.
    ``choices``: the values of ``LicenseTerms.change`` that the buyer can choose from; () if there is no choice.
    """

    code: str
    text: str
    choices: tuple[str, ...] = ()


def effects_of(lines: Sequence[OrderedLine], *, customer: User | None, currency: str) -> list[Effect]:
    """What paying for an order would do now, line by line, each after the lines before it.

    :param customer: who gets the licenses; None if they have no account yet
    """
    preview = _OrderPreview(customer, currency, clock.now())
    return [preview.effect(line) for line in lines]


class _OrderPreview:
    """The ledgers of the licenses that an order touches. A license that it makes is known by product and portal."""

    def __init__(self, customer: User | None, currency: str, now: datetime) -> None:
        self.customer, self.currency, self.now = customer, currency, now
        self.ledgers: dict[int | tuple[int, str], PeriodLedger] = {}

    def effect(self, line: OrderedLine) -> Effect:
        terms = line.terms
        license = license_to_extend(self.customer.pk, terms) if self.customer else None
        if license is not None:
            return self._on_existing(license, line)
        if self.customer is None and terms.extends_license:
            return Effect(EXTENDS, _("Extends a license: log in with the account that holds it."))
        place = (terms.software_id, terms.portal_address)
        if place in self.ledgers:
            return self._on_new(place, line)
        if terms.portal_address:
            self.ledgers[place] = self._buy(EMPTY_LEDGER, line)[1]
        binding = binding_of(terms.binding_kind)
        if binding.is_taken(terms.software_id, terms.portal_address, self.customer):
            return Effect(SCHEDULED, binding.taken_text(terms.portal_address))
        return Effect(NEW, _new(terms, line.quantity))

    def _on_existing(self, license: License, line: OrderedLine) -> Effect:
        terms, more = line.terms, _more(line.quantity - 1)
        is_first = license.pk not in self.ledgers  # no line before touches the license
        ledger = self.ledgers.get(license.pk) or read_ledger(license, self.now)
        preview, self.ledgers[license.pk] = self._buy(ledger, line)
        if not ledger.has_other_type(terms.plan_id, self.now):
            return Effect(EXTENDS, _extends(license, terms, preview, self.now, is_first=is_first) + more)
        choices = (NOW, LATER) if self._may_change(ledger, terms) else (LATER,)
        if terms.change == NOW and NOW in choices:
            preview, self.ledgers[license.pk] = self._buy(ledger, line, at_once=True)
            return Effect(CHANGES, _changes(license, terms, preview, self.currency) + more, choices)
        return Effect(FOLLOWS, _follows(license, terms, preview) + more, choices)

    def _on_new(self, place: tuple[int, str], line: OrderedLine) -> Effect:
        """One more line for a portal whose license the order itself makes. There is no choice: no time runs yet."""
        terms, ledger, more = line.terms, self.ledgers[place], _more(line.quantity - 1)
        is_other = ledger.has_other_type(terms.plan_id, self.now)
        at_once = is_other and terms.change == NOW and self._may_change(ledger, terms)
        preview, self.ledgers[place] = self._buy(ledger, line, at_once=at_once)
        if at_once:
            return Effect(CHANGES, _changes_new(terms, preview, self.currency) + more)
        if is_other:
            return Effect(FOLLOWS, _follows_new(terms) + more)
        return Effect(EXTENDS, _extends_new(terms) + more)

    def _may_change(self, ledger: PeriodLedger, terms: LicenseTerms) -> bool:
        """Whether unused time can be converted: it has a price here only if it was paid in the order's currency."""
        has_prices = all(terms.prices.get(months, 0) > 0 for months in (terms.months, *terms.prices))
        return has_prices and ledger.is_all_in(self.currency, self.now)

    def _buy(
        self, ledger: PeriodLedger, line: OrderedLine, *, at_once: bool = False
    ) -> tuple[PeriodPreview, PeriodLedger]:
        terms = line.terms
        amount = line.unit_amounts(self.currency)[0]
        prices = terms.prices if at_once else None
        return buy(
            ledger, plan_id=terms.plan_id, months=terms.months, amount=amount, currency=self.currency, prices=prices,
            now=self.now,
        )  # fmt: skip


def mail_license(license: License, invoice: Invoice) -> mails.MailLicense:
    """A license in the mail about an invoice's payment, in the invoice's language."""
    with translation.override(nearest_language(invoice.language)):
        if license.customer_id != invoice.customer_id:
            state = _("It stays with its holder, whom we have told.")
        elif license.status == LicenseStatus.SUSPENDED:
            state = _("It is suspended; please contact us.")
        else:
            state = binding_of(license.binding_kind).mail_text(license)
        state_text = f"{done_text(license, invoice)} {state}"
    return mails.MailLicense(
        number=license.number,
        product=license.product_title,
        plan=license.plan_name,
        valid_until=None if license.begins_by else license.valid_until,
        state_text=state_text,
    )


def done_text(license: License, invoice: Invoice) -> str:
    """What a paid invoice has done to one of its licenses."""
    if license.begins_by:
        return binding_of(license.binding_kind).waiting_text(license, license.begins_by)
    words = {"number": license.number, "plan": license.plan_name, "end": instant(license.valid_until)}
    older = license.periods.exclude(invoice_line__invoice=invoice).filter(converted_from=None)
    if not older.exists():
        return _("New license, runs to %(end)s.") % words
    bought = license.periods.filter(invoice_line__invoice=invoice).first()
    if bought and license.periods.filter(converted_at=bought.created_at).exists():
        return _("Changed to %(plan)s, runs to %(end)s.") % words
    if bought and bought.plan_id != license.plan_id:
        words["plan"], words["start"] = bought.plan_name, instant(bought.starts_at)
        return _("Goes on as %(plan)s on %(start)s, runs to %(end)s.") % words
    return _("Extended to %(end)s.") % words


def _new(terms: LicenseTerms, quantity: int) -> str:
    if quantity == 1:
        text = pgettext("what an order does", "New license.")  # no plural form: other languages would count the one
    else:
        text = ngettext("%(count)d new license.", "%(count)d new licenses.", quantity) % {"count": quantity}
    beginning = binding_of(terms.binding_kind).beginning_text(at_payment=terms.starts_at_payment)
    return f"{text} {beginning}"


def _more(count: int) -> str:
    if count < 1:
        return ""
    return " " + ngettext("%(count)d more is a new license.", "%(count)d more are new licenses.", count) % {
        "count": count
    }


def _extends(license: License, terms: LicenseTerms, preview: PeriodPreview, now: datetime, *, is_first: bool) -> str:
    words = {"number": license.number, "start": instant(preview.starts_at), "end": instant(preview.ends_at)}
    if license.status != LicenseStatus.ACTIVE and (license.begins_by or license.valid_until <= now):
        if is_first:
            return binding_of(license.binding_kind).extended_waiting_text(license.number)
        words["length"] = months_label(terms.months)
        return _("Extends %(number)s: %(length)s more when its time has run out.") % words
    return _("Extends %(number)s from %(start)s to %(end)s.") % words


def _changes(license: License, terms: LicenseTerms, preview: PeriodPreview, currency: str) -> str:
    words = _converted(terms, preview, currency) | {"number": license.number, "end": instant(preview.valid_until)}
    return (
        _(
            "Changes %(number)s to %(plan)s at once, runs to %(end)s: your unused time, worth %(value)s, becomes "
            "%(days)s of %(plan)s."
        )
        % words
    )


def _converted(terms: LicenseTerms, preview: PeriodPreview, currency: str) -> dict[str, str]:
    return {
        "plan": terms.plan_name,
        "value": money.display(money.quantize(preview.value, currency), currency),
        "days": ngettext("%(count)d day", "%(count)d days", preview.days) % {"count": preview.days},
    }


def _follows(license: License, terms: LicenseTerms, preview: PeriodPreview) -> str:
    words = {"number": license.number, "plan": terms.plan_name}
    if license.begins_by:
        return _("Goes on with %(number)s as %(plan)s, when what is paid already has run out.") % words
    words |= {"start": instant(preview.starts_at), "end": instant(preview.ends_at)}
    return (
        _("Goes on with %(number)s as %(plan)s from %(start)s, when what is paid already has run out, to %(end)s.")
        % words
    )


def _extends_new(terms: LicenseTerms) -> str:
    words = {"length": months_label(terms.months)}
    return _("Goes to the new license above: %(length)s more when its time has run out.") % words


def _follows_new(terms: LicenseTerms) -> str:
    words = {"plan": terms.plan_name, "length": months_label(terms.months)}
    return _("Goes to the new license above: when its time has run out, it goes on as %(plan)s for %(length)s.") % words


def _changes_new(terms: LicenseTerms, preview: PeriodPreview, currency: str) -> str:
    words = _converted(terms, preview, currency)
    return (
        _("Changes the new license above to %(plan)s at once: its time, worth %(value)s, becomes %(days)s of %(plan)s.")
        % words
    )
