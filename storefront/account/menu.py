"""The menu of the account: groups, and the pages of the group one is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Entry:
    """A list of the account, and the pages that one reaches from it.

    Args:
        title: what the menu calls it.
        url_name: its address.
        beneath: beginnings of the names of the addresses of pages that belong to it.
    """

    title: str | Promise
    url_name: str
    beneath: tuple[str, ...] = ()

    def holds(self, url_name: str) -> bool:
        """Whether a page is this one or beneath it."""
        return url_name == self.url_name or url_name.startswith(self.beneath)


@dataclass(frozen=True)
class Group:
    """Entries under one title. A group of one shows no second row."""

    title: str | Promise
    entries: tuple[Entry, ...]

    def holds(self, url_name: str) -> bool:
        """Whether a page belongs to one of its entries."""
        return any(entry.holds(url_name) for entry in self.entries)


GROUPS: Sequence[Group] = (
    Group(_("Overview"), (Entry(_("Overview"), "account-home"),)),
    Group(
        _("Licenses"),
        (
            Entry(_("Licenses"), "account-licenses", ("account-license",)),
            Entry(_("Subscriptions"), "account-subscriptions"),
            Entry(_("Orders"), "account-orders", ("account-order",)),
        ),
    ),
    Group(
        pgettext_lazy("menu", "Finance"),
        (
            Entry(_("Invoices"), "account-invoices", ("account-invoice", "account-refund")),
            Entry(_("Payments"), "account-payments", ("account-top-up",)),
            Entry(_("Expenses"), "account-expenses"),
            Entry(_("Payment methods"), "account-methods", ("account-method",)),
            Entry(_("Auto payment"), "account-auto-payment", ("account-auto-payment",)),
            Entry(_("Forecast"), "account-forecast"),
        ),
    ),
    Group(
        _("Documents"),
        (
            Entry(_("Documents"), "account-documents", ("account-document",)),
            Entry(_("Payers"), "account-payers", ("account-payer",)),
            Entry(_("Agreements"), "account-agreements", ("account-consent",)),
        ),
    ),
    Group(_("Support"), (Entry(_("Support"), "account-tickets", ("account-ticket",)),)),
    Group(
        _("Profile and log-in"),
        (
            Entry(
                _("Profile and log-in"),
                "account-profile",
                (
                    "account-data",
                    "account_email",
                    "account_change_password",
                    "account_set_password",
                    "mfa_",
                    "usersessions_",
                ),
            ),
        ),
    ),
)
