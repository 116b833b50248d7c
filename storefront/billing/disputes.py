"""What a dispute is called before people, and what staff are to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.billing.models import Allocation, Dispute, Payment
from storefront.core import money
from storefront.core.instants import deadline
from storefront.gateways.payments.disputes import AGAINST_US, WANTS_EVIDENCE, DisputeReason, DisputeStage


def stage_label(dispute: Dispute) -> str:
    """Where it stands, in a few words."""
    match dispute.stage:
        case DisputeStage.INQUIRY:
            return _("The bank asks about the payment")
        case DisputeStage.INQUIRY_REVIEW:
            return _("The bank reads our answer")
        case DisputeStage.INQUIRY_CLOSED:
            return _("The bank's question is closed")
        case DisputeStage.OPEN:
            return _("Disputed: evidence is wanted")
        case DisputeStage.REVIEW:
            return _("Disputed: the bank reads our evidence")
        case DisputeStage.WON:
            return _("Dispute won")
        case DisputeStage.LOST:
            return _("Dispute lost")
        case DisputeStage.APPEAL:
            return _("Dispute lost: an appeal is possible")
        case DisputeStage.APPEAL_REVIEW:
            return _("Dispute lost: the appeal is being decided")
        case DisputeStage.PREVENTED:
            return _("Dispute prevented")
    return dispute.stage


def reason_label(dispute: Dispute) -> str:
    """What the buyer told their bank."""
    match dispute.reason:
        case DisputeReason.FRAUDULENT:
            return _("they did not buy it, or not knowingly")
        case DisputeReason.NOT_RECEIVED:
            return _("they did not get what they paid for")
        case DisputeReason.UNACCEPTABLE:
            return _("it is not as described, or does not work")
        case DisputeReason.DUPLICATE:
            return _("they were charged twice")
        case DisputeReason.CANCELLED:
            return _("they were charged for what they had cancelled")
        case DisputeReason.CREDIT_MISSING:
            return _("a refund that was promised did not come")
        case DisputeReason.UNRECOGNISED:
            return _("they do not recognise the payment")
        case DisputeReason.BANK:
            return _("the bank itself refuses the payment")
    return _("no particular reason")


def advice(dispute: Dispute) -> str:
    """What is to be done and until when, or what it means that nothing is."""
    until = _until(dispute)
    match dispute.stage:
        case DisputeStage.INQUIRY if until:
            return _("Answer the bank until %(until)s, or refund the payment: else it may become a dispute.") % until
        case DisputeStage.OPEN if until:
            return _("Send evidence until %(until)s. Without it the money and the fee are lost.") % until
        case DisputeStage.APPEAL if until:
            return _("An appeal can be sent until %(until)s. Without it the money stays lost.") % until
        case stage if stage in WANTS_EVIDENCE:
            return _("The bank accepts no answer to this one.")
        case DisputeStage.WON if _is_disputed_otherwise(dispute):
            return _(
                "The money is back. What it had paid for stays suspended: another payment of the invoice is disputed."
            )
        case DisputeStage.WON:
            return _("The money is back, and the licenses work again. Nothing is to be done.")
        case DisputeStage.PREVENTED if not dispute.withdrawn:
            return _("No money has moved, and the licenses work. Nothing is to be done.")
        case stage if stage in AGAINST_US:
            return _("The money is gone and booked out of the income. What it had paid for stays suspended.")
        case DisputeStage.INQUIRY_CLOSED:
            return _("No money has moved. Nothing is to be done.")
    return _("Nothing is to be done until the bank has decided.")


def told(dispute: Dispute) -> str:
    """All that staff must know, in paragraphs of the active language."""
    payment = dispute.payment
    facts = {
        "amount": money.display(dispute.amount, dispute.currency),
        "invoice": payment.invoice.number if payment.invoice else "",
        "reference": dispute.reference,
        "reason": reason_label(dispute),
    }
    parts = [
        f"{stage_label(dispute)}. {advice(dispute)}",
        _("The bank asks back %(amount)s of invoice %(invoice)s. The buyer says: %(reason)s.") % facts,
    ]
    if dispute.withdrawn or dispute.fee:
        parts.append(_money(dispute))
    parts.append(_("At the provider: %(page)s (%(reference)s)") % {"page": dispute.page, **facts})
    return "\n\n".join(parts)


def _money(dispute: Dispute) -> str:
    taken = money.display(dispute.withdrawn, dispute.payment.currency)
    if not dispute.fee:
        return _("The provider has withdrawn %(amount)s.") % {"amount": taken}
    fee = money.display(dispute.fee, dispute.fee_currency)
    return _("The provider has withdrawn %(amount)s and charged a fee of %(fee)s.") % {"amount": taken, "fee": fee}


def _is_disputed_otherwise(dispute: Dispute) -> bool:
    """Whether another payment of what this one paid for still keeps its licenses suspended."""
    paid_for = Allocation.objects.filter(payment=dispute.payment_id).values("entry__transaction__invoice")
    others = Payment.objects.filter(allocations__entry__transaction__invoice__in=paid_for, is_disputed=True)
    return others.exclude(pk=dispute.payment_id).exists()


def _until(dispute: Dispute) -> dict[str, str]:
    """The last moment in the shop's time zone, which is named; empty where no answer is possible."""
    return {"until": deadline(dispute.evidence_due_at)} if dispute.evidence_due_at else {}
