"""The page of a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.accounting import month, sums
from storefront.backoffice.accounting.files import EXPORT
from storefront.backoffice.pages import ActLink, DetailPage
from storefront.backoffice.rights import has_any
from storefront.billing.accounting import oss, registers, tax_rows
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import countries
from storefront.core.snapshots import snapshot
from storefront.core.spans import Span, months_from, shifted

PAGE, FILE, ACCOUNTS = "backoffice-accounting", "backoffice-accounting-file", "backoffice-accounting-accounts"
CHANGE = "accounting.change_accounts"


@dataclass(frozen=True)
class FileLink:
    """A file of the month: what it is, and its addresses by form."""

    title: str | Promise
    links: list[tuple[str, str]]


class AccountingPage(DetailPage):
    permissions = (EXPORT,)
    template_name = "backoffice/accounting/page.html"
    page_title = gettext_lazy("Accounting")
    header_icon = "table"

    def acts(self) -> list[ActLink]:
        return [ActLink(_("Chart of accounts"), reverse(ACCOUNTS), CHANGE, "list-ul")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        span = month.read(self.request.GET)
        with snapshot():
            tax = tax_rows.tax(span)
            turnovers = sums.turnovers(span, tax)
            payments = sums.flows(span, registers.PAYMENT, -1)
            refunds = sums.flows(span, registers.REFUNDS, 1)
            documents = registers.documents(span).count()
            declared = oss.rows(span)
        currencies = sorted({each.currency for each in turnovers})
        return super().get_context_data(**kwargs) | {
            "months": month.choices(span),
            "title": date_format(span.first, "F Y"),
            "earlier": month.value(months_from(shifted(span.first, -1), 1)),
            "later": month.value(months_from(shifted(span.first, 1), 1)),
            "tax": [(row, TaxTreatment(row.treatment).label, _country(row.country), row.net + row.tax) for row in tax],
            "oss": [
                (row, _country(row.country), oss.name_of(row.corrects) if row.corrects else "") for row in declared
            ],
            "oss_corrects": any(row.corrects for row in declared),
            "oss_quarter": oss.name_of(oss.quarter(span)),
            "oss_last": oss.quarter(span).last,
            "oss_missing": oss.without_rate(declared),
            "turnovers": turnovers,
            "payments": payments,
            "refunds": refunds,
            "documents": documents,
            "files": _files(span, currencies),
            "may_name": has_any(self.request.user, (CHANGE,)),
            "unnamed": sorted({each.account.name for each in turnovers if not each.account.number}),
        }


def _country(code: str) -> str:
    return countries.name(code) if code else "–"


def _files(span: Span, currencies: list[str]) -> list[FileLink]:
    def link(name: str, form: str, **more: str) -> str:
        return f"{reverse(FILE, args=[name, form])}?{urlencode({'month': month.value(span)} | more)}"

    lists = [
        FileLink(each.title, [(form.upper(), link(each.name, form)) for form in ("csv", "xlsx")])
        for each in registers.REGISTERS
    ]
    datev = [(code, link("datev", "csv", currency=code)) for code in currencies]
    commerce = [(code, link("1c", "xml", currency=code)) for code in currencies]
    return [
        *lists,
        *([FileLink("DATEV", datev), FileLink(_("1C (CommerceML)"), commerce)] if currencies else []),
        FileLink(_("Everything"), [("ZIP", link("everything", "zip"))]),
    ]
