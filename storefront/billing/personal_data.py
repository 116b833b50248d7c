"""Invoices and money. They are records: their rows are kept as the law requires, and say nothing new to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from storefront.billing import refund_personal_data
from storefront.billing.bank_statements import personal_data as statements
from storefront.billing.documents.models import (
    Document,
    DocumentRequest,
    DocumentSending,
    PaperCopy,
    PaperStatus,
    PrintRun,
)
from storefront.billing.errors import BillingError
from storefront.billing.models import (
    UNDER_WAY,
    Allocation,
    Dispute,
    FreeOrder,
    Invoice,
    InvoiceLine,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    LineShare,
    LocationEvidence,
    PartPayment,
    Payer,
    Payment,
    PaymentAttempt,
    ProviderAnswer,
    ProviderMovement,
    ProvisionalSale,
    Refund,
    ReviewItem,
    VatCheck,
)
from storefront.billing.models.ledger import AccountKind
from storefront.billing.saved_methods import personal_data as saved_methods
from storefront.billing.services import invoices
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.disputes import DECIDED
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus, RefundStatus
from storefront.billing.transfers.personal_data import NOT_PERSONAL, TABLES
from storefront.core import money
from storefront.core.money import MoneySum
from storefront.core.personal_data import (
    Barrier,
    NotNow,
    Person,
    Room,
    Table,
    announce,
    both,
    delete,
    of,
    overwrite,
    scrub,
)
from storefront.core.sentences import Sentence
from storefront.gateways.errors import GatewayError
from storefront.notifications.models import OutboxMessage
from storefront.notifications.personal_data import unsent

RECORD = refund_personal_data.RECORD
_RUNNING_REFUND = (RefundStatus.AWAITING, RefundStatus.CREATED, RefundStatus.PENDING)


def _words(pk: int) -> Iterator[str]:
    for payer in Invoice.objects.filter(customer=pk).values_list("payer", flat=True):
        yield from (str(payer.get(key) or "") for key in ("name", "company", "phone", "email"))
    for row in Payer.objects.filter(customer=pk).values_list("name", "company", "phone", "documents_email"):
        yield from row


def _vat_checks(person: Person) -> Q:
    return Q(vat_id__in=Payer.objects.filter(customer=person.pk).exclude(vat_id="").values("vat_id"))


def _files(document: Any) -> Iterator[tuple[str, Any]]:
    yield f"documents/{document.file_name}", document.pdf
    if document.xml:
        yield f"documents/{document.number}.xml", document.xml
    if document.ubl:
        yield f"documents/{document.number}-ubl.xml", document.ubl


def _mails(person: Person) -> Q:
    """Mails with documents, also to addresses that payers have named for them."""
    numbers = list(Document.objects.filter(customer=person.pk).values_list("number", flat=True))
    templates = ("document_issued", "document_forwarded", "paper_posted")
    return Q(template__in=templates, payload__context__number__in=numbers)


def _end_papers(rows: QuerySet[Any], person: Person) -> None:
    """What was not posted by now is not posted any more: there is no address to send it to."""
    rows.exclude(status=PaperStatus.POSTED).delete()
    overwrite(address="")(rows, person)


def _end_prints(rows: QuerySet[Any], person: Person) -> None:
    """The whole file: others in it can be printed anew."""
    for run in PrintRun.objects.filter(pk__in=rows.values("pk")):
        run.file.delete(save=False)
        run.delete()


def _barriers(person: Person) -> Iterator[Barrier]:
    under_way = PaymentAttempt.objects.filter(UNDER_WAY, invoice__customer=person.pk)
    for number in under_way.order_by("pk").values_list("invoice__number", flat=True).distinct():
        yield _of(
            gettext_noop("A payment of invoice %(number)s is under way. Wait until it has arrived or is cancelled."),
            number=number,
        )
    running = Refund.objects.filter(payment__customer=person.pk, status__in=_RUNNING_REFUND)
    for payment in Payment.objects.filter(refunds__in=running).distinct():
        yield _of(
            gettext_noop("A refund of payment %(payment)s is under way. Wait until the money has been sent."),
            payment=payment.reference,
        )
    for dispute in (
        Dispute.objects.filter(payment__customer=person.pk).exclude(stage__in=DECIDED).select_related("payment")
    ):
        yield _of(
            gettext_noop("Payment %(payment)s is in dispute at a bank. Wait until the bank has decided."),
            payment=dispute.payment.reference,
        )
    for currency, total in _balances(person):
        if total > 0:
            text = gettext_noop("%(amount)s are on the personal account. Spend them first, or ask us to pay them back.")
        else:
            text = gettext_noop("The personal account is %(amount)s below zero. Settle it with us first.")
        yield _of(text, amount=money.display(abs(total), currency))


def _of(text: str, **values: object) -> Barrier:
    return Barrier(Sentence(text, dict(values)))


def _balances(person: Person) -> list[tuple[str, Decimal]]:
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.CUSTOMER, account__customer=person.pk)
    sums = entries.order_by().values("account__currency").annotate(total=MoneySum("amount"))
    return [(currency, total) for currency, total in sums.values_list("account__currency", "total") if total]


def _unpaid(person: Person) -> list[Invoice]:
    return list(Invoice.objects.filter(customer=person.pk, status=InvoiceStatus.OPEN).order_by("pk"))


def _close_charges(person: Person) -> None:
    """Pages at providers where an unpaid invoice could still be paid."""
    for invoice in _unpaid(person):
        if invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            try:
                cancel_open(invoice=invoice)
            except (GatewayError, BillingError) as error:
                raise NotNow from error


def _wind_up(person: Person, ends_licenses: bool) -> None:
    saved_methods.remove_all(person)
    for invoice in _unpaid(person):
        invoices.void(invoice=invoice, reason="The customer was erased", is_told=False)


ROOM = Room(
    tables=(
        Table(model=Payer, rows=of("customer"), file="payers", hidden=("public_id",), erase=delete),
        Table(
            model=Document, rows=of("customer"), file="documents", kept=RECORD, uploads=_files,
            hidden=("public_id", "cause", "content_hash", "pdf_hash", "xml_hash", "ubl_hash", "hash_version"),
        ),
        Table(
            model=PrintRun, rows=of("papers__document__customer"), erase=_end_prints,
            left_out=_("Files from which staff print, deleted after a week; the documents are in the copy."),
        ),
        Table(model=PaperCopy, rows=of("document__customer"), file="documents", kept=RECORD,
              erase=_end_papers),
        Table(
            model=OutboxMessage, rows=_mails, erase=unsent,
            left_out=_("Mails with your documents; to whom you sent them is among the documents."),
        ),
        Table(model=DocumentSending, rows=of("sent_by"), file="documents", erase=delete),
        Table(model=DocumentRequest, rows=of("customer"), kept=RECORD,
              left_out=_("Documents that are still to be made; those that are made are in the copy.")),
        Table(model=Invoice, rows=of("customer"), file="invoices", hidden=("public_id",), kept=RECORD,
              erase=both(scrub("void_reason"), announce)),
        Table(model=InvoiceLine, rows=of("invoice__customer"), file="invoices", kept=RECORD),
        Table(model=ProvisionalSale, rows=of("invoice__customer"), kept=RECORD,
              left_out=_("Whether your VAT ID was confirmed after a purchase; the checks are in the copy.")),
        Table(model=LocationEvidence, rows=of("invoice__customer"), file="invoices", kept=RECORD),
        Table(model=VatCheck, rows=_vat_checks, file="invoices", kept=RECORD),
        Table(model=FreeOrder, rows=of("invoice__customer"), file="invoices", kept=RECORD),
        Table(
            model=PaymentAttempt, rows=of("invoice__customer"), file="payments",
            hidden=("public_id", "redirect_url", "next_check_at", "revision"), kept=RECORD,
            erase=overwrite(redirect_url="", instructions={}),
        ),
        Table(model=ProviderAnswer, rows=of("attempt__invoice__customer"), file="payments", kept=RECORD),
        Table(model=Payment, rows=of("customer"), file="payments", kept=RECORD),
        Table(model=PartPayment, rows=of("invoice__customer"), file="payments", kept=RECORD),
        *TABLES,
        *refund_personal_data.TABLES,
        *statements.TABLES,
        *saved_methods.TABLES,
        Table(model=Dispute, rows=of("payment__customer"), file="payments", kept=RECORD),
        Table(model=ProviderMovement, rows=of("payment__customer"), kept=RECORD,
              left_out=_("What providers say of the same payments, for comparing the books.")),
        Table(model=LedgerAccount, rows=of("customer"), file="personal-account", kept=RECORD),
        Table(model=LedgerTransaction, rows=of("entries__account__customer"), file="personal-account", kept=RECORD),
        Table(model=LedgerEntry, rows=of("account__customer"), file="personal-account", kept=RECORD),
        Table(model=Allocation, rows=of("payment__customer"), file="personal-account", kept=RECORD),
        Table(model=LineShare, rows=of("line__invoice__customer"), kept=RECORD,
              left_out=_("How the books split sums over lines; the sums are in the invoices.")),
        Table(
            model=ReviewItem, rows=of("customer"), file="notes-about-you",
            hidden=("key", "sentences"), kept=RECORD, erase=scrub("detail", "sentences", "resolution"),
        ),
    ),
    not_personal=NOT_PERSONAL | statements.NOT_PERSONAL | saved_methods.NOT_PERSONAL | {
        "billing.PaymentMethod": "a switch, and who of staff turned it",
        "billing.RefundReason": "a list of the seller's",
        "paypal.ExpressTransaction": "amounts and ids; names, addresses and e-mails are taken out before they are kept",
        "paypal_nvp.NvpCharge": "a token and its payment at PayPal; whose it is the attempt says",
        "paypal_nvp.NvpRefund": "ids of a refund; whose it is the refund says",
        "billing.Seller": "our own legal entity",
        "documents.Picture": "our own seal and signature",
        "documents.PrintRun_papers": "which paper copies are in a file; it goes with either",
        "documents.PictureUse": "which seal is on a document",
    },
    mentions=(
        (ReviewItem, ("detail", "sentences", "resolution")),
        *refund_personal_data.MENTIONS,
        (Invoice, ("void_reason",)),
    ),
    words=_words,
    barriers=_barriers,
    prepare=_close_charges,
    wind_up=_wind_up,
)  # fmt: skip
