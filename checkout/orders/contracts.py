"""The license agreement of an order as a document: what the buyer accepted, and the evidence that they did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from django.dispatch import receiver

from checkout.models import Consent
from storefront.billing import signals
from storefront.billing.documents import asking
from storefront.billing.documents.building import invoices, parties
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.content import AcceptedAgreement, Content, DocumentKind
from storefront.billing.documents.signals import earlier_documents_wanted
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails

_KINDS = {"h2": "heading", "h3": "heading", "li": "item"}


@receiver(signals.invoice_paid, dispatch_uid="checkout-contracts")
@receiver(earlier_documents_wanted, dispatch_uid="checkout-contracts-earlier")
def invoice_paid(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    """A contract for each agreement that was accepted with the order."""
    if invoice.order_id is None:
        return
    for pk in Consent.objects.filter(order=invoice.order_id).values_list("pk", flat=True):
        asking.ask(
            DocumentKind.CONTRACT,
            cause=f"contract:{pk}",
            customer=invoice.customer,
            invoice=invoice,
            about={"consent": pk},
        )


def contract(basis: Basis) -> Content:
    """In the language in which the agreement was accepted. The text is that of the consent, whose hash is told. Of a
    customer who was erased meanwhile, the e-mail is that of the invoice, which the law has kept."""
    invoice = invoices.invoice_of(basis)
    payer = PayerDetails.from_json(invoice.payer)
    consent = Consent.objects.select_related("customer").get(pk=basis.request.about["consent"])
    return Content(
        kind=DocumentKind.CONTRACT,
        number=basis.number,
        issued_on=basis.issued_on,
        languages=(consent.language,),
        currency=invoice.currency,
        seller=parties.seller(invoice.seller, basis.settings),
        payer=parties.payer(payer),
        lines=(),
        tax_groups=(),
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.amount,
        paid=invoice.amount,
        order_number=invoice.order.number if invoice.order else "",
        invoice_number=invoice.number,
        agreement=AcceptedAgreement(
            title=consent.name,
            version=str(consent.number),
            text_hash=consent.sha256,
            accepted_at=consent.accepted_at,
            accepted_by=payer.email if consent.customer.erased_at else consent.customer.email,
            address=consent.ip_address or "",
            blocks=tuple(blocks(consent.text)),
        ),
    )


def blocks(html: str) -> Iterator[tuple[str, str]]:
    """The text of an agreement without its markup: headings, items of lists, paragraphs."""
    for element in BeautifulSoup(html, "html.parser").find_all(["h2", "h3", "li", "p"]):
        if element.name == "p" and element.find_parent("li"):
            continue
        text = " ".join(element.get_text(" ").split())
        if text:
            yield _KINDS.get(element.name, "paragraph"), text
