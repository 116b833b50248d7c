"""Payments, expenses, and the statement of the account: the movements of one currency in some days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from storefront.account.views import PER_PAGE, own, user_of
from storefront.billing.documents.models import Document
from storefront.billing.models import Seller
from storefront.billing.personal_account import balances, movements, top_ups
from storefront.billing.personal_account.movements import Movement, Wanted
from storefront.core import clock, currencies, spreadsheets
from storefront.users.models import User

#: A printed statement has so many lines at most; longer ones are downloaded.
MOST_PRINTED = 2000
#: Of what a payment was spent on the list names so much; the rest is one press away.
MOST_SPENT = 5


@own
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    return _list(request, is_expense=False)


@own
@require_safe
def expenses(request: HttpRequest) -> HttpResponse:
    return _list(request, is_expense=True)


@own
@require_safe
def payments_file(request: HttpRequest) -> HttpResponseBase:
    return _file(request, "payments", is_expense=False)


@own
@require_safe
def expenses_file(request: HttpRequest) -> HttpResponseBase:
    return _file(request, "expenses", is_expense=True)


@own
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """All movements of some days with the balance before and after them, to be printed."""
    user, asked = user_of(request), _asked(request.GET, user_of(request), None)
    found = movements.wanted(user, asked, most_spent=1)
    context = {
        "asked": asked,
        "sums": movements.sums(user, asked),
        "movements": [movements.described(entry) for entry in reversed(found[:MOST_PRINTED])],
        "is_cut": found.count() > MOST_PRINTED,
        "seller": Seller.objects.filter(is_default=True).first(),
        "today": clock.today(),
    }
    return render(request, "account_pages/funds/statement.html", context)


def _file(request: HttpRequest, name: str, *, is_expense: bool) -> HttpResponseBase:
    """What the list shows, whole, as CSV."""
    user = user_of(request)
    asked = _asked(request.GET, user, is_expense)
    rows = _rows(movements.wanted(user, asked), is_expense=is_expense)
    return spreadsheets.csv_response(rows, filename=f"{name}-{asked.currency}")


def _list(request: HttpRequest, *, is_expense: bool) -> HttpResponse:
    user, asked = user_of(request), _asked(request.GET, user_of(request), is_expense)
    entries = movements.wanted(user, asked, most_spent=MOST_SPENT + 1)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    found = [movements.described(entry) for entry in page]
    documents = _documents(user, found)
    context = {
        "page_obj": page,
        "movements": [(each, documents.get(each.invoice.pk, []) if each.invoice else []) for each in found],
        "sums": movements.sums(user, asked),
        "asked": asked,
        "choices": _currencies(user),
        "query": _query(asked),
        "is_expense": is_expense,
        "most_spent": MOST_SPENT,
        "file_url": reverse("account-expenses-file" if is_expense else "account-payments-file"),
        "is_filtered": bool(asked.first or asked.last or asked.text),
        "may_add_funds": top_ups.is_offered(),
    }
    return render(request, "account_pages/funds/movements.html", context)


def _asked(query: QueryDict, user: User, is_expense: bool | None) -> Wanted:
    """What is no day and no currency of theirs is left out."""
    known = _currencies(user)
    currency = query.get("currency", "")
    return Wanted(
        currency=currency if currency in known else known[0],
        first=_day(query.get("from", "")),
        last=_day(query.get("to", "")),
        text=query.get("q", "").replace("\0", "").strip()[:60],
        is_expense=is_expense,
    )


def _currencies(user: User) -> list[str]:
    """Those of their accounts, with the shop's own."""
    used = balances.entries_of(user).order_by().values_list("account__currency", flat=True).distinct()
    return list(dict.fromkeys([*sorted(used), currencies.sold()[0]]))


def _query(asked: Wanted) -> str:
    named = {
        "currency": asked.currency, "from": str(asked.first or ""), "to": str(asked.last or ""), "q": asked.text,
    }  # fmt: skip
    return urlencode({name: value for name, value in named.items() if value})


def _documents(user: User, found: list[Movement]) -> dict[int | None, list[Document]]:
    """By invoice; one query for the whole page."""
    invoices = {each.invoice.pk for each in found if each.invoice}
    by_invoice: dict[int | None, list[Document]] = {}
    for document in Document.objects.filter(customer=user, invoice__in=invoices).order_by("issued_on", "pk"):
        by_invoice.setdefault(document.invoice_id, []).append(document)
    return by_invoice


def _rows(entries: Any, *, is_expense: bool) -> Iterator[tuple[Any, ...]]:
    yield (
        _("Date"),
        _("Payment"),
        _("What"),
        _("Method"),
        _("Invoice"),
        _("For"),
        _("Amount"),
        _("Currency"),
        _("Paid from"),
    )
    for entry in entries.iterator(chunk_size=500):
        each = movements.described(entry)
        paid_from = "; ".join(f"{payment.number} {amount:f}" for payment, amount in each.payments)
        spent = "; ".join(f"{invoice.number} {amount:f}" for invoice, amount in each.spent)
        yield (
            each.at, each.payment.number if each.payment and not is_expense else "", each.what, each.method,
            each.invoice.number if each.invoice else "", "; ".join(each.products),
            each.amount, each.currency, paid_from if is_expense else spent,
        )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year < 9999 else None  # in each time zone, and a day more, it is one
