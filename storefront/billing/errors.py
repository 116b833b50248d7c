"""What a caller of billing's services may have to tell a buyer. Every message is safe to show."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class BillingError(Exception):
    """Base. ``str()`` is a sentence for the buyer in the active language."""

    message = _("Something went wrong with the payment.")

    def __str__(self) -> str:
        return str(self.args[0] if self.args else self.message)


class NothingToPay(BillingError):
    """An invoice needs at least one line, and each line at least one piece."""

    message = _("There is nothing to pay.")


class NotPayable(BillingError):
    """Base: the invoice asks for no money any more."""


class AlreadyPaid(NotPayable):
    message = _("This invoice is paid already.")


class InvoiceVoid(NotPayable):
    message = _("This invoice is void. Please place a new order.")


class PaymentProcessing(BillingError):
    """The buyer has paid and the bank has not answered yet: they must not be asked to pay again."""

    message = _("Your payment is being processed. You do not need to pay again.")


class PaymentAwaited(BillingError):
    """The buyer holds a voucher or the details of a transfer: they pay with these, or say that they pay otherwise."""

    message = _("This order waits for your payment.")


class PaymentInReview(BillingError):
    """Money came that does not fit the invoice; a person looks at it before more is asked for."""

    message = _("Your payment is being checked by our staff. You do not need to pay again.")


class PaymentRefused(BillingError):
    """A definite no of the provider: nothing was opened, a new attempt is allowed. ``code`` is for logs."""

    message = _("The payment provider refused to open the payment. Please try again or contact us.")

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code


class CannotBeCharged(PaymentRefused):
    """A refusal that trying again cannot cure. It waits in the review list, and staff have been told."""

    message = _(
        "This order cannot be paid here, and trying again will not help. We have been told and will write to you."
    )


class PaymentUnavailable(BillingError):
    """The provider gave no usable answer. Nothing is lost: the next try continues the same attempt."""

    message = _("The payment provider does not answer at the moment. Please try again in a minute.")


class ChosenElsewhere(PaymentUnavailable):
    """Another window of the buyer's chose another method again and again: each closed what the other opened."""

    message = _(
        "This order is open in another window, too, where another way to pay was chosen just now. Choose one way here "
        "and go on in this window alone."
    )


class MethodStopped(BillingError):
    """Staff have stopped this payment method: no new charge is opened by it."""

    message = _("This way to pay is not available at the moment. Please choose another one.")


class MethodNotOpen(BillingError):
    """The payment method does not take this invoice, by the seller's rules or the provider's; another one does."""

    message = _("This order cannot be paid this way. Please choose another one.")


class NoMethod(BillingError):
    """Staff have stopped every payment method."""

    message = _("Payments are not possible at the moment. Your order is kept; please come back later, or write to us.")


class NotRefundable(BillingError):
    """The amount is no amount of the currency, more than is left, or the payment method cannot refund."""

    message = _("So much of this payment cannot be refunded.")


class NotRequestable(BillingError):
    """Of these lines nothing is left to be refunded, or nothing was paid."""

    message = _("Nothing of this is left to be refunded.")


class AlreadyRequested(BillingError):
    """A request about one of these lines is open."""

    message = _("You have asked for this already. You see below what became of it.")


class RequestDecided(BillingError):
    """The request is not open any more: another person, or another window, was faster."""

    message = _("This request is not open any more.")


class RefundRefused(BillingError):
    """A definite no of the provider: nothing was given back. ``code`` is the provider's word."""

    message = _("The payment provider refused the refund.")

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code


class RefundUnknown(BillingError):
    """The provider gave no usable answer. The worker asks again under the same key."""

    message = _("The payment provider does not answer at the moment. The refund is asked for again by itself.")


class ApprovalImpossible(BillingError):
    """The refund needs a second person, and fewer than two may approve refunds."""

    message = _(
        "Refunds of this size need the approval of a second person, and fewer than two people may approve refunds. "
        "Give the right to approve to another person first."
    )


class OwnRefund(BillingError):
    """Who asked for a refund cannot approve or decline it, and nobody else can withdraw it."""

    message = _("Another person must do this: whoever asked for a refund can only withdraw it.")


class RefundDecided(BillingError):
    """The refund waits for nobody any more."""

    message = _("This refund has been decided meanwhile.")


class NotBookable(BillingError):
    """The payment cannot pay the invoice: not open, another customer's, or more than what is left of the money."""

    message = _("This payment cannot pay this invoice: the invoice is not open, or too little of the payment is left.")


class BadDueDay(BillingError):
    """The day is not one that the invoice may become due at."""

    not_later = _("The new day must be later than the present one, and not in the past.")
    too_late = _("The new day must be at most %(days)d days from today.")
    message = not_later


class RemindedAlready(BillingError):
    """The customer was reminded less than a day ago."""

    message = _("The customer was reminded of this invoice less than a day ago.")


class PayerUnchanged(BillingError):
    message = _("The invoice names this payer already.")


class CannotWithdraw(BillingError):
    """The buyer holds instructions whose money would still come for this very invoice."""

    message = _("The buyer has payment instructions for this invoice that cannot be withdrawn.")


class TransferExpected(CannotWithdraw):
    """A payment proof waits, or the license was given for the time being: the money comes for this invoice."""

    message = _("A bank transfer is expected for this invoice, so that no other one can take its place now.")


class TaxDiffers(BillingError):
    """Another tax would apply, so that the total is not the one agreed to."""

    message = _(
        "With this payer another tax applies, so the total is another one. Please look at it and confirm again."
    )


class NoMethodForTotal(BillingError):
    """With another payer's tax the total would be one that no payment method takes; the sentence says which do."""


class TaxRateMissing(BillingError):
    """The table of rates has none of ``place`` (``RateTable``), whose tax applies."""

    message = _(
        "We cannot work out the tax for the payer's country just now, so nothing can be ordered for it. We know of it "
        "and are putting it right; please try again later, or write to us."
    )

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place


class ChargeOpen(BillingError):
    """The invoice cannot be made void while a charge for it is open."""

    message = _("A payment for this invoice is under way.")


class TooManyPayers(BillingError):
    message = _("You have too many payers. Archive some of them first.")
