"""The checks of 'Why does it not work?' in words, for staff."""

from __future__ import annotations

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.core.instants import instant
from storefront.licensing.bitrix24.diagnosis import Check, Level

_DECISIVE = ("state_revoked", "state_suspended", "state_expired", "state_grace")
_ORDER = (Level.BAD, Level.DOUBT, Level.NOTE, Level.GOOD)

#: By code: what was found, what to do about it.
_EXTEND = gettext_lazy("The customer should extend it.")
_TEXTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "state_active": (gettext_lazy("The license is active."), ""),
    "state_grace": (gettext_lazy("The license has ended; it works in its days of grace."), _EXTEND),
    "state_pending": (gettext_lazy("The license waits for its Bitrix24."), ""),
    "state_scheduled": (gettext_lazy("Another license has the Bitrix24; this one begins when that one ends."), ""),
    "state_expired": (gettext_lazy("The license has expired."), _EXTEND),
    "state_suspended": (
        gettext_lazy("The license is suspended."),
        gettext_lazy("See on its page by whom, and restore it if due."),
    ),
    "state_revoked": (gettext_lazy("The license is revoked."), gettext_lazy("A new one has to be bought.")),
    "portal_taken": (
        gettext_lazy("Another license of the product is active in %(detail)s."),
        gettext_lazy("If this one is meant for another Bitrix24, correct its address."),
    ),
    "host_taken": (
        gettext_lazy("%(detail)s belonged to another Bitrix24 whose license still runs."),
        gettext_lazy("Find out who owns the address; then link the license by hand."),
    ),
    "host_unproven": (
        gettext_lazy("The app is installed in %(detail)s, but that Bitrix24 does not answer us."),
        gettext_lazy("Make sure that it is the customer's; then link the license by hand."),
    ),
    "unnamed": (
        gettext_lazy("It names no Bitrix24."),
        gettext_lazy("Ask the customer for the address, or correct it here."),
    ),
    "unknown_portal": (
        gettext_lazy("Nobody has opened the app in %(detail)s."),
        gettext_lazy("Ask the customer to install and open it there, or whether the address is right."),
    ),
    "similar": (
        gettext_lazy("Similar addresses where the app is installed: %(detail)s."),
        gettext_lazy("If one of them is the customer's, correct the address."),
    ),
    "known_portal": (gettext_lazy("The app was opened in %(detail)s."), ""),
    "removed": (
        gettext_lazy("The app was removed from %(detail)s."),
        gettext_lazy("Ask the customer to install it again."),
    ),
    "installed": (gettext_lazy("The app is installed. Version: %(detail)s."), ""),
    "proven": (gettext_lazy("%(detail)s has confirmed its address."), ""),
    "unproven": (
        gettext_lazy("%(detail)s has not confirmed its address."),
        gettext_lazy("Ask an administrator to open the app again, or link the license by hand."),
    ),
    "contact": (gettext_lazy("Last contact: %(detail)s."), ""),
    "no_contact": (gettext_lazy("That Bitrix24 has never been in contact."), ""),
    "no_token": (
        gettext_lazy("We have no key to that Bitrix24, so we can tell it nothing."),
        gettext_lazy("An administrator has to open the app once."),
    ),
    "no_admin": (
        gettext_lazy("We do not know whether our key is an administrator's."),
        gettext_lazy("An administrator has to open the app once."),
    ),
    "scope": (gettext_lazy("Rights of the app: %(detail)s."), ""),
    "told": (gettext_lazy("The Bitrix24 was last told what is true now."), ""),
    "telling": (gettext_lazy("A message is on its way to the Bitrix24. %(detail)s"), ""),
    "not_told": (
        gettext_lazy("The Bitrix24 was last told something else than is true now."),
        gettext_lazy("It is told when an administrator opens the app, or with the next change."),
    ),
    "answers": (gettext_lazy("The Bitrix24 answers now (our key: %(detail)s)."), ""),
    "answers_expired": (gettext_lazy("The Bitrix24 answers now. Our key is renewed with the next message."), ""),
    "answers_removed": (
        gettext_lazy("The Bitrix24 says that the app is not installed."),
        gettext_lazy("Ask to install it again."),
    ),
    "answers_dead_token": (
        gettext_lazy("The Bitrix24 answers, but our key to it is dead."),
        gettext_lazy("An administrator has to open the app once."),
    ),
    "answers_no_rest": (
        gettext_lazy("The Bitrix24 allows no requests of apps: its plan has no REST, or a right is missing."),
        gettext_lazy("Ask for a plan with apps (REST). The license itself works without."),
    ),
    "answers_gone": (
        gettext_lazy("The Bitrix24 was deleted or closed."),
        gettext_lazy("Ask the customer for their new Bitrix24."),
    ),
    "answers_moved": (
        gettext_lazy("The Bitrix24 has moved to %(detail)s."),
        gettext_lazy("It is followed with the next visit."),
    ),
    "answers_no": (gettext_lazy("The Bitrix24 refuses our question (%(detail)s)."), ""),
    "silent": (
        gettext_lazy("The Bitrix24 did not answer within a few seconds (%(detail)s)."),
        gettext_lazy("Its server may be down or closed to the internet. Try again later."),
    ),
}


def worst(checks: list[Check]) -> Check:
    """The check that matters most: that the license has ended, else the last one of the worst level, the most exact."""
    if checks[0].code in _DECISIVE:
        return checks[0]
    level = next(level for level in _ORDER if any(check.level == level for check in checks))
    return [check for check in checks if check.level == level][-1]


def verdict(checks: list[Check]) -> str:
    check = worst(checks)
    if check.level in (Level.GOOD, Level.NOTE):
        return _("As far as can be seen from here, the license works.")
    return " ".join(part for part in explain(check) if part)


def explain(check: Check) -> tuple[str, str]:
    """What was found, and what staff can do about it ("" for nothing)."""
    if check.code == "installed" and not check.detail:
        return _("The app is installed."), ""
    moment = parse_datetime(check.detail) if check.code == "contact" else None
    roles = {"administrator": _("administrator"), "employee": _("employee")}
    words = {"detail": instant(moment) if moment else roles.get(check.detail, check.detail)}
    sentence, to_do = _TEXTS.get(check.code, (check.code, ""))
    return str(sentence) % words, str(to_do)
