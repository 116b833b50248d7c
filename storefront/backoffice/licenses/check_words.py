"""The checks of 'Why does it not work?' in words, for staff."""

from __future__ import annotations

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from storefront.core.instants import instant
from storefront.licensing.bitrix24.diagnosis import Check, Level

_DECISIVE = ("state_revoked", "state_suspended", "state_expired", "state_grace")
_ORDER = (Level.BAD, Level.DOUBT, Level.NOTE, Level.GOOD)


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
    sentence, to_do = _texts().get(check.code, (check.code, ""))
    return sentence % words, to_do


def _texts() -> dict[str, tuple[str, str]]:
    extend = _("The customer should extend it.")
    return {
        "state_active": (_("The license is active."), ""),
        "state_grace": (_("The license has ended; it works in its days of grace."), extend),
        "state_pending": (_("The license waits for its Bitrix24."), ""),
        "state_scheduled": (_("Another license has the Bitrix24; this one begins when that one ends."), ""),
        "state_expired": (_("The license has expired."), extend),
        "state_suspended": (_("The license is suspended."), _("See on its page by whom, and restore it if due.")),
        "state_revoked": (_("The license is revoked."), _("A new one has to be bought.")),
        "portal_taken": (
            _("Another license of the product is active in %(detail)s."),
            _("If this one is meant for another Bitrix24, correct its address."),
        ),
        "host_taken": (
            _("%(detail)s belonged to another Bitrix24 whose license still runs."),
            _("Find out who owns the address; then link the license by hand."),
        ),
        "host_unproven": (
            _("The app is installed in %(detail)s, but that Bitrix24 does not answer us."),
            _("Make sure that it is the customer's; then link the license by hand."),
        ),
        "unnamed": (_("It names no Bitrix24."), _("Ask the customer for the address, or correct it here.")),
        "unknown_portal": (
            _("Nobody has opened the app in %(detail)s."),
            _("Ask the customer to install and open it there, or whether the address is right."),
        ),
        "similar": (
            _("Similar addresses where the app is installed: %(detail)s."),
            _("If one of them is the customer's, correct the address."),
        ),
        "known_portal": (_("The app was opened in %(detail)s."), ""),
        "removed": (_("The app was removed from %(detail)s."), _("Ask the customer to install it again.")),
        "installed": (_("The app is installed. Version: %(detail)s."), ""),
        "proven": (_("%(detail)s has confirmed its address."), ""),
        "unproven": (
            _("%(detail)s has not confirmed its address."),
            _("Ask an administrator to open the app again, or link the license by hand."),
        ),
        "contact": (_("Last contact: %(detail)s."), ""),
        "no_contact": (_("That Bitrix24 has never been in contact."), ""),
        "no_token": (
            _("We have no key to that Bitrix24, so we can tell it nothing."),
            _("An administrator has to open the app once."),
        ),
        "no_admin": (
            _("We do not know whether our key is an administrator's."),
            _("An administrator has to open the app once."),
        ),
        "scope": (_("Rights of the app: %(detail)s."), ""),
        "told": (_("The Bitrix24 was last told what is true now."), ""),
        "telling": (_("A message is on its way to the Bitrix24. %(detail)s"), ""),
        "not_told": (
            _("The Bitrix24 was last told something else than is true now."),
            _("It is told when an administrator opens the app, or with the next change."),
        ),
        "answers": (_("The Bitrix24 answers now (our key: %(detail)s)."), ""),
        "answers_expired": (_("The Bitrix24 answers now. Our key is renewed with the next message."), ""),
        "answers_removed": (_("The Bitrix24 says that the app is not installed."), _("Ask to install it again.")),
        "answers_dead_token": (
            _("The Bitrix24 answers, but our key to it is dead."),
            _("An administrator has to open the app once."),
        ),
        "answers_no_rest": (
            _("The Bitrix24 allows no requests of apps: its plan has no REST, or a right is missing."),
            _("Ask for a plan with apps (REST). The license itself works without."),
        ),
        "answers_gone": (_("The Bitrix24 was deleted or closed."), _("Ask the customer for their new Bitrix24.")),
        "answers_moved": (_("The Bitrix24 has moved to %(detail)s."), _("It is followed with the next visit.")),
        "answers_no": (_("The Bitrix24 refuses our question (%(detail)s)."), ""),
        "silent": (
            _("The Bitrix24 did not answer within a few seconds (%(detail)s)."),
            _("Its server may be down or closed to the internet. Try again later."),
        ),
    }  # fmt: skip
