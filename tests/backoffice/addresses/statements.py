"""Real addresses of bank statements: a file with a line that is proposed, one put aside and one paid by us."""

from __future__ import annotations

import pytest

from storefront.billing.bank_statements.models import CsvMapping, LineStatus, StatementLine
from tests.billing.bank_statements.imports import camt_of, imported
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    account = make_account(name="Statements", number="DE02120300000000202051")
    invoice = make_invoice(customer)
    rows = ("96.00", f"Rechnung {invoice.number}"), ("3.00", "Zinsen"), ("-5.00", "Entgelt")
    file = imported(camt_of(*rows, account=account.number))
    line, aside, outgoing = StatementLine.objects.filter(statement__file=file).order_by("pk")
    StatementLine.objects.filter(pk=aside.pk).update(status=LineStatus.FOREIGN)
    mapping = CsvMapping.objects.create(name="Bank", account=account, booked_on="Day", amount="Sum")
    base, one = "/admin/bank-statements/", "/admin/bank-statements/lines/<int:pk>/"
    return {
        f"{base}files/<int:pk>/": f"{base}files/{file.pk}/",
        f"{base}files/<int:pk>/progress/": f"{base}files/{file.pk}/progress/",
        f"{base}lines/book/": f"{base}lines/book/?id={line.pk}",
        f"{base}rules/mappings/<int:pk>/": f"{base}rules/mappings/{mapping.pk}/",
        **{f"{one}{tail}": f"{base}lines/{line.pk}/{tail}" for tail in ("", "book/", "assign/", "aside/", "same/")},
        f"{one}undo/": f"{base}lines/{aside.pk}/undo/",
        f"{one}reverse/": f"{base}lines/{outgoing.pk}/reverse/",
    }
