"""What one customer has, owes and has with us: a fixed number of queries each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from checkout.models import Consent
from storefront.backoffice.models import LogIn
from storefront.billing.models import Invoice, LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.reports.unpaid import owed
from storefront.core import clock, money
from storefront.core.instants import instant
from storefront.core.money import MoneySum
from storefront.licensing import queries as licensing
from storefront.licensing.models import Installation, License
from storefront.licensing.states import EffectiveStatus
from storefront.notifications.models import MailAddress
from storefront.users.models import User

#: Rows of each table; the rest is in the time line and in the lists.
MOST = 20
_RUNNING = frozenset({EffectiveStatus.ACTIVE, EffectiveStatus.PROVISIONAL, EffectiveStatus.GRACE})


@dataclass(frozen=True, slots=True)
class Email:
    """An address of the customer; ``state``: what is known about it, in words."""

    email: str
    state: str
    is_trouble: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A license; ``host``: the portal it works in, or the address that was typed for it."""

    license: License
    status: str
    is_running: bool
    host: str


@dataclass(frozen=True, slots=True)
class Payer:
    """Whom invoices were addressed to."""

    name: str
    company: str


def emails(customer: User) -> list[Email]:
    """The log-in first, then an address that waits to be confirmed."""
    rows = list(EmailAddress.objects.filter(user=customer).order_by("-primary", "pk"))
    known = MailAddress.objects.in_bulk([row.email for row in rows] + [customer.email], field_name="email")
    found = [_email(row.email, _proof(row), known) for row in rows]
    if all(row.email.lower() != customer.email.lower() for row in rows):
        found.insert(0, _email(customer.email, _("not confirmed"), known))
    return found


def _proof(row: EmailAddress) -> str:
    if row.verified:
        return _("confirmed")
    return _("not confirmed") if row.primary else _("to be confirmed by a mailed link")


def _email(email: str, proof: str, known: dict[str, MailAddress]) -> Email:
    address = known.get(email)
    if address and address.is_bounced:
        return Email(email, ", ".join([proof, _("mails come back")]), True)
    if address and address.is_complained:
        return Email(email, ", ".join([proof, _("wants no reminders")]), False)
    return Email(email, proof, False)


def licenses(customer: User) -> list[Held]:
    now = clock.now()
    return [
        _held(license, licensing.effective_status(license, now)) for license in licensing.licenses_of(customer)[:MOST]
    ]


def _held(license: Any, status: EffectiveStatus) -> Held:
    current = license.current_activations
    host = current[0].installation.host if current else license.portal_address
    return Held(license, str(status.label), status in _RUNNING, host)


def unpaid(customer: User) -> QuerySet[Invoice]:
    return owed().filter(customer=customer).select_related("order")[:MOST]


def balances(customer: User) -> list[str]:
    """What is on the personal account, an amount per currency; nothing for none."""
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.CUSTOMER, account__customer=customer)
    sums = entries.order_by().values("account__currency").annotate(total=MoneySum("amount"))
    found: list[tuple[str, Decimal]] = sorted(sums.values_list("account__currency", "total"))
    return [money.display(total, currency) for currency, total in found if total]


def last_log_in(customer: User) -> str:
    """When it was, as far back as log-ins are kept."""
    # Not User.last_login, which is set as well when an account is made.
    found = LogIn.objects.filter(user=customer, is_success=True).first()
    if found:
        return instant(found.created_at, "short")
    days = settings.LOGIN_KEEP_DAYS
    return ngettext("none in the last %(days)s day", "none in the last %(days)s days", days) % {"days": days}


def portals(customer: User) -> QuerySet[Installation]:
    """Portals where a license of the customer works."""
    theirs = Installation.objects.filter(activations__license__customer=customer, activations__released_at=None)
    return theirs.distinct().order_by("host", "app_code")[:MOST]


def payers(customer: User) -> list[Payer]:
    """Those of the latest invoices, each once."""
    kept = Invoice.objects.filter(customer=customer).order_by("-pk").values_list("payer", flat=True)[:100]
    found = (Payer(str(each.get("name", "")), str(each.get("company", ""))) for each in kept)
    return list(dict.fromkeys(payer for payer in found if payer.name or payer.company))


def consents(customer: User) -> QuerySet[Consent]:
    """The latest ones, with their orders."""
    return Consent.objects.filter(customer=customer).select_related("order").order_by("-accepted_at")[:5]
