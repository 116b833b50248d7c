"""Acts on payment proofs: refuse one, give the license for now, take one out of a conversation."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.orders.acts.base import UnpaidAct, names, refusal
from storefront.backoffice.pages import Crumb
from storefront.backoffice.transfers.forms import ProofInvoiceForm, ProvisionalForm, RefuseForm
from storefront.backoffice.transfers.lists import DECIDE, PROVISIONAL
from storefront.backoffice.transfers.pages import PROOF_CRUMBS
from storefront.billing.errors import BillingError
from storefront.billing.transfers.models import PaymentProof, ProofSource, ProofStatus
from storefront.billing.transfers.services import proofs, provisional
from storefront.core.instants import deadline
from storefront.core.uploads.refusals import Refused as FileRefused
from storefront.support.models import Attachment
from storefront.support.services import files
from storefront.users.models import User


class Refuse(ActView):
    """The file shows no payment of the invoice; the customer reads the reason."""

    permissions = (DECIDE,)
    action = "transfers.refuse_proof"
    page_title = gettext_lazy("Refuse the file")
    header_icon = "cross"
    form_class = RefuseForm
    expected_errors = (*ActView.expected_errors, BillingError)
    object: PaymentProof

    def get_object(self) -> PaymentProof:
        rows = PaymentProof.objects.select_related("invoice__customer")
        found: PaymentProof = get_object_or_404(rows, public_id=self.kwargs["public_id"])
        self.crumbs = (*PROOF_CRUMBS, Crumb("backoffice-proof", found.file_name or "–", (found.public_id,)))
        return found

    def customer(self) -> User | None:
        customer: User = self.object.invoice.customer
        return customer

    def preview(self, form: Any) -> list[str]:
        if self.object.status not in (ProofStatus.WAITING, ProofStatus.PROVISIONAL):
            raise Refused(_("Somebody has decided about this file meanwhile."))
        return [
            _("The file is refused. Invoice %(invoice)s stays open.") % names(self.object.invoice),
            _("%(email)s is told by mail, with the reason.") % names(self.object.invoice),
        ]

    def perform(self, form: Any) -> Outcome:
        proofs.refuse(proof=self.object, reason=form.cleaned_data["reason"], by=self.user)
        return Outcome(_("The file is refused, and the customer is told."))

    def explain(self, error: Exception) -> Refused:
        return refusal(error) or super().explain(error)

    def get_success_url(self) -> str:
        if not hasattr(self, "object"):
            raise Http404
        return reverse("backoffice-proof", args=[self.object.public_id])


class GiveProvisional(UnpaidAct):
    """A license before the money."""

    permissions = (PROVISIONAL,)
    action = "transfers.provisional"
    page_title = gettext_lazy("Give the license for now")
    header_icon = "time"
    form_class = ProvisionalForm

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        number = self.object.number
        return (*PROOF_CRUMBS, Crumb("backoffice-invoice", number, (number,)))

    def get_initial(self) -> dict[str, Any]:
        return {"days": provisional.default_days()}

    def preview(self, form: Any) -> list[str]:
        until = provisional.check(self.object, form.cleaned_data["days"])
        words = names(self.object) | {"until": deadline(until)}
        return [
            _("What invoice %(invoice)s buys works at once, until %(until)s.") % words,
            _("It is final as soon as the money comes, and is taken back by itself if it does not."),
            _("%(email)s is told now, and again before it ends.") % words,
        ]

    def perform(self, form: Any) -> Outcome:
        data = form.cleaned_data
        grant = provisional.give(invoice=self.object, days=data["days"], reason=data["reason"], by=self.user)
        words = names(self.object) | {"until": deadline(grant.until)}
        message = _("What invoice %(invoice)s buys works until %(until)s.") % words
        return Outcome(message, {}, {_("License given until"): grant.until.isoformat()})


class FromConversation(ActView):
    """A file that came by mail or chat becomes a payment proof of an invoice."""

    permissions = (DECIDE,)
    action = "transfers.proof_from_message"
    page_title = gettext_lazy("Use the file as payment proof")
    header_icon = "doc-full"
    form_class = ProofInvoiceForm
    crumbs = PROOF_CRUMBS
    expected_errors = (*ActView.expected_errors, BillingError)
    object: Attachment
    proof: PaymentProof | None = None

    def get_object(self) -> Attachment:
        rows = Attachment.objects.select_related("conversation__customer")
        found: Attachment = get_object_or_404(rows, public_id=self.kwargs["public_id"])
        return found

    def customer(self) -> User | None:
        return self.object.conversation.customer

    def preview(self, form: Any) -> list[str]:
        invoice = form.cleaned_data["invoice"]
        customer = self.customer()
        words = names(invoice) | {"file": self.object.name}
        sentences = [_("%(file)s is kept with invoice %(invoice)s of %(name)s over %(amount)s.") % words]
        if customer is None or customer.pk != invoice.customer_id:
            sentences.append(_("Look twice: the invoice is another customer's than the conversation."))
        return sentences

    def perform(self, form: Any) -> Outcome:
        try:
            with self.object.file.open("rb") as stored:
                file = files.checked(self.object.name, stored.read())
        except FileNotFoundError:
            raise Refused(_("The file is gone.")) from None
        except FileRefused as refused:
            raise Refused(refused.message) from None
        self.proof = proofs.add(invoice=form.cleaned_data["invoice"], file=file, source=ProofSource.MESSAGE)
        return Outcome(_("The file is a payment proof now."), {}, {_("Invoice"): form.cleaned_data["invoice"].number})

    def explain(self, error: Exception) -> Refused:
        return refusal(error) or super().explain(error)

    def get_success_url(self) -> str:
        if self.proof is not None:
            return reverse("backoffice-proof", args=[self.proof.public_id])
        return reverse("backoffice-proofs")
