"""Our accounts, each a slot for the accountant's number.

``customers`` are all personal accounts; a provider's account is ``provider:<name>``; sales and their tax have a slot
for each way of being taxed: ``sales:destination``, ``tax:destination``.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from storefront.billing import gateway_registry
from storefront.billing.accounting.models import AccountingAccount
from storefront.billing.models import LedgerAccount
from storefront.billing.models.ledger import AccountKind
from storefront.billing.tax.treatments import TaxTreatment

CUSTOMERS = "customers"
SALES, TAX, PROVIDER = "sales:", "tax:", "provider:"
#: Sales without tax have no account of tax.
TAXED = (TaxTreatment.STANDARD, TaxTreatment.DESTINATION)


@dataclass(frozen=True, slots=True)
class Account:
    """``number`` and ``tax_key`` are the accountant's, "" where none is named."""

    slot: str
    name: str
    number: str = ""
    tax_key: str = ""


def slot_of(account: LedgerAccount) -> str:
    """The slot of an account of the ledger; of sales without its way of being taxed."""
    if account.kind == AccountKind.CUSTOMER:
        return CUSTOMERS
    return f"{PROVIDER}{account.name}" if account.kind == AccountKind.PROVIDER else str(account.kind)


def slots() -> list[str]:
    """All there can be: those of today's payment methods, and of former ones that are in the ledger."""
    former = LedgerAccount.objects.filter(kind=AccountKind.PROVIDER).values_list("name", flat=True).distinct()
    providers = dict.fromkeys([*gateway_registry.names(), *sorted(former)])
    own = (AccountKind.DISPUTED, AccountKind.FEES, AccountKind.BANK, AccountKind.EXCHANGE)
    return [
        CUSTOMERS,
        *(f"{PROVIDER}{name}" for name in providers),
        *(f"{SALES}{treatment}" for treatment in TaxTreatment),
        *(f"{TAX}{treatment}" for treatment in TAXED),
        *map(str, own),
    ]


def name_of(slot: str) -> str:
    """A slot in words, in the active language."""
    if slot == CUSTOMERS:
        return _("Customers' personal accounts")
    kind, _colon, rest = slot.partition(":")
    if f"{kind}:" == PROVIDER:
        return _("Payment provider: %(name)s") % {"name": gateway_registry.verbose_name(rest)}
    if rest:
        treatment = TaxTreatment(rest).label if rest in TaxTreatment.values else rest
        text = _("Sales: %(treatment)s") if f"{kind}:" == SALES else _("Tax: %(treatment)s")
        return text % {"treatment": treatment}
    return str(AccountKind(kind).label) if kind in AccountKind.values else slot


def chart() -> dict[str, Account]:
    """All accounts by slot, with the accountant's numbers; two queries."""
    named = AccountingAccount.objects.in_bulk()
    return {
        slot: Account(slot, name_of(slot), named[slot].number, named[slot].tax_key)
        if slot in named
        else Account(slot, name_of(slot))
        for slot in dict.fromkeys([*slots(), *named])
    }
