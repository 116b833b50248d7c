"""Acts on a refund that was begun: approve, decline, withdraw, ask the provider again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.refunds import words
from storefront.backoffice.refunds.begin import BEGIN, CRUMBS, effects
from storefront.billing.errors import BillingError, OwnRefund, RefundDecided
from storefront.billing.models import Refund
from storefront.billing.services import refund_approval, refund_plans, refunds
from storefront.billing.states import RefundStatus, RefundWay
from storefront.core import money
from storefront.users.models import User

APPROVE = "billing.approve_refund"


class RefundAct(ActView):
    """An act on all refunds of one decision. Their rows never change but for their state, which the services look at
    again under the payments' locks: two presses, or two persons, decide once."""

    page_title: str | Promise
    header_icon = "undo"
    is_atomic = False
    expected_errors = (*ActView.expected_errors, BillingError)
    status = RefundStatus.AWAITING
    object: Refund

    def get_object(self) -> Refund:
        rows = Refund.objects.select_related("payment__customer", "payment__attempt", "invoice", "begun_by")
        refund: Refund = get_object_or_404(rows, pk=self.kwargs["pk"])
        self.crumbs = (*CRUMBS, Crumb("backoffice-refund", str(refund), (refund.pk,)))
        return refund

    def get_page_subtitle(self) -> str:
        return words.amount(self.object)

    def get_success_url(self) -> str:
        return reverse("backoffice-refund", args=[self.object.pk])

    def explain(self, error: Exception) -> Refused:
        return Refused(str(error)) if isinstance(error, BillingError) else super().explain(error)

    def customer(self) -> User | None:
        return self.object.payment.customer

    def rows(self) -> list[Refund]:
        """Every refund of the decision; each is in the preview."""
        if not self.object.decision:
            return [self.object]
        rows = Refund.objects.filter(decision=self.object.decision)
        return list(rows.select_related("payment", "invoice").order_by("pk"))

    def check(self) -> None:
        """Raises Refused where the act is not possible any more, or not for this person."""
        if self.object.status != self.status:
            raise Refused(str(RefundDecided()))

    def way_back(self) -> str:
        words = {"amount": self.total(), "email": self.object.payment.customer.email}
        if self.object.way == RefundWay.ACCOUNT:
            return _("%(amount)s goes to the personal account of %(email)s.") % words
        if self.object.way == RefundWay.BANK:
            payout = self.object.payout
            words |= {"holder": payout.holder, "account": payout.account}
            return _("%(amount)s goes by bank transfer to %(holder)s, %(account)s, once somebody has paid it.") % words
        return _("%(amount)s goes back to %(email)s the way it came.") % words

    def total(self) -> str:
        return money.display(sum((row.amount for row in self.rows()), Decimal(0)), self.object.payment.currency)

    def done(self, changed: list[Refund], form: Any, message: str) -> Outcome:
        before, after = self.object.get_status_display(), changed[0].get_status_display()
        outcome = Outcome(message, {_("State"): before}, {_("State"): after})
        with transaction.atomic():
            self.record(outcome, form)
        return outcome


class DecideRefund(RefundAct):
    """Of another's refund."""

    permissions = (APPROVE,)

    def check(self) -> None:
        super().check()
        if self.object.begun_by_id == self.user.pk:
            raise Refused(str(OwnRefund()))


class ApproveRefund(DecideRefund):
    action = "refunds.approve"
    needs_fresh_login = True
    page_title = gettext_lazy("Approve the refund")
    is_serious = True

    def preview(self, form: Any) -> list[str]:
        self.check()
        asker = self.object.begun_by.get_full_name() if self.object.begun_by else _("A command")
        return [
            _("%(asker)s asks for it: %(reason)s") % {"asker": asker, "reason": self.object.reason},
            self.way_back(),
            *effects(refund_plans.plan_of(self.rows())),
        ]

    def perform(self, form: Any) -> Outcome:
        changed = refund_approval.approve(refund=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return self.done(changed, form, words.done(changed))


class DeclineRefund(DecideRefund):
    action = "refunds.decline"
    page_title = gettext_lazy("Decline the refund")

    def preview(self, form: Any) -> list[str]:
        self.check()
        return [
            _("%(amount)s is not refunded and can be asked for again.") % {"amount": self.total()},
            _("Whoever asked for it is mailed your reason."),
        ]

    def perform(self, form: Any) -> Outcome:
        changed = refund_approval.decline(refund=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return self.done(changed, form, _("Declined."))


class WithdrawRefund(RefundAct):
    permissions = (BEGIN,)
    action = "refunds.withdraw"
    page_title = gettext_lazy("Withdraw the refund")

    def check(self) -> None:
        super().check()
        if self.object.begun_by_id != self.user.pk:
            raise Refused(str(OwnRefund()))

    def preview(self, form: Any) -> list[str]:
        self.check()
        return [_("%(amount)s is not refunded and can be asked for again.") % {"amount": self.total()}]

    def perform(self, form: Any) -> Outcome:
        changed = refund_approval.withdraw(refund=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return self.done(changed, form, _("Withdrawn."))


class AskAgain(RefundAct):
    """The provider has not answered: ask now, not when the worker would."""

    permissions = (BEGIN,)
    action = "refunds.ask_again"
    page_title = gettext_lazy("Ask the provider again")
    status = RefundStatus.CREATED

    def rows(self) -> list[Refund]:
        return [self.object]

    def preview(self, form: Any) -> list[str]:
        self.check()
        return [_("The provider is asked under the same key: whatever happened, the money goes back once.")]

    def perform(self, form: Any) -> Outcome:
        changed = [refunds.ask(self.object)]
        return self.done(changed, form, words.done(changed))
