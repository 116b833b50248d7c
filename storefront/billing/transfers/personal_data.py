"""Bank transfers and payment proofs of a customer: transfers are records of money, the files go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from storefront.billing.transfers.models import (
    AwaitedTransfer,
    BankTransfer,
    PaymentProof,
    ProvisionalGrant,
    TransferShare,
)
from storefront.core.personal_data import Person, Table, of, scrub

_RECORD = _("The law has records of money kept as they are. Only those who keep the books see them.")


def _transfers(person: Person) -> Q:
    """Those that somebody else's invoice shares are somebody else's, too: told to each of them."""
    return Q(customer=person.pk) | Q(
        pk__in=TransferShare.objects.filter(invoice__customer=person.pk).values("transfer")
    )


def _file(proof: Any) -> Iterator[tuple[str, Any]]:
    if proof.file:
        yield f"payment-proofs/{proof.public_id[:8]}-{proof.file_name}", proof.file


def remove_files(rows: QuerySet[Any], person: Person | None = None) -> None:
    """The files go, and what they were called; that there was one, and what was decided, stays."""
    for proof in rows:
        proof.file.delete(save=False)
        proof.file, proof.file_name, proof.file_hash = "", "", ""
        proof.save(update_fields=["file", "file_name", "file_hash"])


TABLES = (
    Table(model=BankTransfer, rows=_transfers, file="payments", hidden=("key",), kept=_RECORD),
    Table(model=TransferShare, rows=of("payment__customer"), file="payments", kept=_RECORD),
    Table(
        model=PaymentProof, rows=of("invoice__customer"), file="payments", hidden=("public_id", "file", "file_hash"),
        uploads=_file, erase=remove_files, kept=_RECORD,
    ),
    Table(model=AwaitedTransfer, rows=of("invoice__customer"), kept=_RECORD,
          left_out=_("That you chose to pay an invoice by bank transfer; the invoice is in the copy.")),
    Table(model=ProvisionalGrant, rows=of("invoice__customer"), file="payments", kept=_RECORD, erase=scrub("reason")),
)  # fmt: skip
NOT_PERSONAL = {"transfers.SellerAccount": "our own bank account"}
