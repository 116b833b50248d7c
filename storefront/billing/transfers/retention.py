"""How long payment proofs are kept."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import PaymentProof, ProofStatus
from storefront.billing.transfers.models.proofs import FOLDER
from storefront.billing.transfers.personal_data import remove_files
from storefront.core import clock
from storefront.core.retention import delete_lost_files

BATCH = 200


def clear_proofs() -> int:
    """The worker's job: delete the files of proofs that were decided settings.PROOF_KEEP_DAYS ago, or sent then for an
    invoice that is void, and files whose row was never stored. The rows stay. Returns how many."""
    before = clock.now() - timedelta(days=settings.PROOF_KEEP_DAYS)
    is_decided = Q(decided_at__lt=before) & ~Q(status=ProofStatus.WAITING)
    is_of_void = Q(created_at__lt=before, invoice__status=InvoiceStatus.VOID)
    old = PaymentProof.objects.filter(is_decided | is_of_void).exclude(file="")
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    remove_files(PaymentProof.objects.filter(pk__in=keys))
    return len(keys) + delete_lost_files(
        FOLDER, lambda names: set(PaymentProof.objects.filter(file__in=names).values_list("file", flat=True))
    )
