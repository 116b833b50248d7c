"""Payment proofs: sent by a buyer, seen by staff at once, decided about."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice, ReviewItem
from storefront.billing.services import reviews
from storefront.billing.services.locking import lock_invoice
from storefront.billing.services.unpaid import check as check_unpaid
from storefront.billing.transfers import mails
from storefront.billing.transfers.models import PaymentProof, ProofSource, ProofStatus
from storefront.billing.transfers.services import awaiting
from storefront.core import clock, states
from storefront.core.sentences import Sentence
from storefront.core.uploads.checking import CheckedFile
from storefront.users.models import User

#: Kind of the review list.
KIND = "payment_proof"
#: Files that an invoice takes, whoever sends them.
MOST_PROOFS = 10
#: By content, as ``core.uploads`` found it.
TYPES = frozenset({"application/pdf", "image/png", "image/jpeg"})
_CAME = gettext_noop(
    "The buyer of invoice %(invoice)s (%(amount)s %(currency)s) sent %(file)s to show that they have paid."
)
_LOOK = gettext_noop(
    "Look at it under Bank transfers, Payment proofs. A file proves nothing: compare it with the bank."
)


class ProofRefused(BillingError):
    """The file is not taken."""

    message = _("Send a PDF or a picture.")


class TooManyProofs(ProofRefused):
    message = _("You have sent as many files as an invoice takes. Write to us if one of them is wrong.")


class ProofDecided(BillingError):
    message = _("Somebody has decided about this file meanwhile.")


def add(*, invoice: Invoice, file: CheckedFile, source: ProofSource) -> PaymentProof:
    """Keep a file with an unpaid invoice and tell staff. The same file again is the first one.

    Raises ProofRefused, TooManyProofs, or as ``unpaid.check`` does (AlreadyPaid, InvoiceVoid, PaymentInReview).
    """
    if file.content_type not in TYPES:
        raise ProofRefused
    digest = hashlib.sha256(file.content).hexdigest()
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        known = PaymentProof.objects.filter(invoice=locked, file_hash=digest).first()
        if known is not None:
            return known
        check_unpaid(locked)
        if locked.payment_proofs.count() >= MOST_PROOFS:
            raise TooManyProofs
        proof = PaymentProof(
            invoice=locked,
            source=source,
            file_name=file.name[:120],
            content_type=file.content_type,
            size=len(file.content),
            file_hash=digest,
        )
        proof.file.save(file.name, ContentFile(file.content), save=False)
        proof.save()
        awaiting.expect(locked)
        values: dict[str, object] = {
            "invoice": locked.number, "amount": locked.amount, "currency": locked.currency, "file": proof.file_name,
        }  # fmt: skip
        reviews.file(
            key=_key(proof), kind=KIND, detail=[Sentence(_CAME, values), Sentence(_LOOK)], invoice=locked
        )  # fmt: skip
    return proof


def refuse(*, proof: PaymentProof, reason: str, by: User) -> PaymentProof:
    """The file shows no payment of the invoice: the customer is told the ``reason``. Raises ProofDecided."""
    with transaction.atomic():
        lock_invoice(proof.invoice_id)
        locked = states.lock(proof)
        if locked.status not in (ProofStatus.WAITING, ProofStatus.PROVISIONAL):
            raise ProofDecided
        _decide(locked, ProofStatus.REFUSED, by, reason)
        mails.proof_refused(locked)
    return locked


def decide_all(invoice: Invoice, status: ProofStatus, *, by: User | None, reason: str = "") -> None:
    """What waits for a locked invoice is answered by what became of its money, or of its license."""
    for proof in invoice.payment_proofs.filter(status__in=(ProofStatus.WAITING, ProofStatus.PROVISIONAL)):
        if proof.status != status:
            _decide(proof, status, by, reason)


def wait_again(invoice: Invoice) -> None:
    """The payment of a locked invoice was booked by mistake: what counted as credited is to be looked at again."""
    for proof in invoice.payment_proofs.filter(status=ProofStatus.CREDITED, decided_by=None):
        proof.status, proof.decided_at = ProofStatus.WAITING, None
        proof.save(update_fields=["status", "decided_at"])
        ReviewItem.objects.filter(key=_key(proof)).update(resolved_at=None, resolved_by=None, resolution="")


def _decide(proof: PaymentProof, status: ProofStatus, by: User | None, reason: str) -> None:
    proof.status, proof.decided_at, proof.decided_by, proof.reason = status, clock.now(), by, reason[:1000]
    proof.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    ReviewItem.objects.filter(key=_key(proof), resolved_at=None).update(
        resolved_at=proof.decided_at, resolved_by=by, resolution=str(status)
    )


def _key(proof: PaymentProof) -> str:
    return f"{KIND}:{proof.public_id}"
