"""Bank statements: records of money. Who paid stands in them whether or not they are a customer."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.billing.bank_statements.models import StatementLine
from storefront.core.personal_data import Person, Table

_RECORD = _("The law has records of money kept as they are. Only those who keep the books see them.")


def _lines(person: Person) -> Q:
    """Those that were booked for them, also for one invoice among several."""
    return Q(transfer__customer=person.pk) | Q(transfer__shares__invoice__customer=person.pk)


TABLES = (
    Table(
        model=StatementLine, rows=_lines, file="payments", kept=_RECORD,
        hidden=("key", "transfer_key", "position", "item", "proposals", "score", "is_certain", "decided_by"),
    ),
)  # fmt: skip
NOT_PERSONAL = {
    "bank_statements.StatementFile": "a file of our bank, and who of staff imported it; what it says are its lines",
}
