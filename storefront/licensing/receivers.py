"""Receivers of billing's signals. They run inside the transaction that sends them; a failure here rolls it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _

from catalogue.plans.models import Plan
from storefront.billing.models import Invoice, InvoiceLine, Refund, SavedMethod
from storefront.billing.signals import (
    invoice_issued,
    invoice_paid,
    invoice_refunded,
    invoice_reopened,
    invoice_voided,
    method_ended,
    method_saved,
    payment_disputed,
    payment_lost,
    provisional_ended,
    provisional_given,
    refund_given_up,
    refund_made,
    refund_seen,
)
from storefront.billing.states import MADE_REFUND, RESERVED_REFUND, InvoiceKind
from storefront.billing.transfers.running import running_grant
from storefront.core.language import nearest_language
from storefront.licensing import mails
from storefront.licensing.losses import loss_text, losses_of
from storefront.licensing.services import grants, provisional, reversals
from storefront.licensing.subscriptions import changing, paid, starting, stopping
from storefront.notifications.models import OutboxMessage


@receiver(invoice_paid, dispatch_uid="licensing.grant")
def grant(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    """Grant licenses, link those whose portal is known, and tell the customer about money and licenses.

    An advance payment buys nothing yet; billing writes of it.
    """
    if invoice.kind != InvoiceKind.ADVANCE_PAYMENT:
        grants.grant_for_invoice(invoice=invoice)
        paid.note(invoice)
        starting.granted(invoice)


@receiver(invoice_voided, dispatch_uid="licensing.drop-waiting")
def renew_nothing(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    starting.drop_waiting(invoice)
    paid.not_paid(invoice)


@receiver(invoice_issued, dispatch_uid="licensing.renewal-replaced")
def renew_by_another_invoice(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    """The buyer has an unpaid renewal addressed to another payer."""
    if invoice.replaces_id:
        paid.replaced(invoice)
        paid.lines_replaced(invoice)


@receiver(method_saved, dispatch_uid="licensing.method-saved")
def renew_with(sender: Any, *, method: SavedMethod, **kwargs: Any) -> None:
    """What waited for the method begins, and what was refused is tried with it."""
    for subscription in starting.follow_method(method):
        changing.try_at_once(subscription)


@receiver(method_ended, dispatch_uid="licensing.method-ended")
def renew_no_more(sender: Any, *, method: SavedMethod, by: str, **kwargs: Any) -> None:
    stopping.stop_without_method(method, by=by)


@receiver(provisional_given, dispatch_uid="licensing.provisional-given")
def grant_for_now(sender: Any, *, invoice: Invoice, until: datetime, **kwargs: Any) -> None:
    provisional.grant(invoice=invoice, until=until)


@receiver(provisional_ended, dispatch_uid="licensing.provisional-ended")
def end_what_was_for_now(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    provisional.take_back(invoice=invoice)


@receiver(invoice_refunded, dispatch_uid="licensing.take-back")
def take_back(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    reversals.take_back_for_invoice(invoice=invoice)


@receiver(invoice_reopened, dispatch_uid="licensing.reopened")
def as_before_it_was_paid(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    """What was given before the money goes on; all else ends, and the lines grant anew once the money comes."""
    given = running_grant(invoice)
    if given is None:
        provisional.take_back(invoice=invoice)
    else:
        provisional.go_on(invoice=invoice, until=given.until)


@receiver(refund_made, dispatch_uid="licensing.refund-made")
def take_back_units(sender: Any, *, refund: Refund, units: list[tuple[int, int]], **kwargs: Any) -> None:
    """Take back what the refunded units granted and, where staff chose so, tell the customer what they get and lose."""
    language = _language(refund)
    effects = _effects(units, language)
    if refund.invoice is not None and units:
        reversals.take_back_units(invoice=refund.invoice, units=units)
    if refund.is_told:
        Refund.objects.filter(pk=refund.pk).update(effects=effects)
        _tell_of_decision(refund, language)


@receiver(refund_seen, dispatch_uid="licensing.refund-seen")
def tell_of_the_providers(sender: Any, *, refund: Refund, units: list[tuple[int, int]], **kwargs: Any) -> None:
    """A refund was made at the provider: the customer is told of it as of one of ours. What it ends is taken back with
    its invoice."""
    language = _language(refund)
    refund.is_told, refund.effects = True, _effects(units, language)
    refund.save(update_fields=["is_told", "effects"])
    _tell_of_decision(refund, language)


def _language(refund: Refund) -> str:
    invoice = mails.invoice_of(refund)
    return invoice.language if invoice else refund.payment.customer.language


def _effects(units: list[tuple[int, int]], language: str) -> list[str]:
    with translation.override(nearest_language(language)):
        return [loss_text(loss) for loss in losses_of(units)]


@receiver(refund_given_up, dispatch_uid="licensing.refund-given-up")
def tell_of_the_others(sender: Any, *, refund: Refund, **kwargs: Any) -> None:
    if refund.is_told:
        _tell_of_decision(refund, _language(refund))


def _tell_of_decision(refund: Refund, language: str) -> None:
    """One mail for all refunds of a decision, once each of them is made or over. The customer is locked."""
    decided = Refund.objects.filter(**({"decision": refund.decision} if refund.decision else {"pk": refund.pk}))
    refunds = list(decided.select_related("payment__customer", "invoice__order").order_by("pk"))
    made = [each for each in refunds if each.status in MADE_REFUND]
    key = _own_key(refunds[0])
    if len(refunds) > 1:  # releases before had a mail for each of them
        told = set(OutboxMessage.objects.filter(key__in=map(_own_key, made)).values_list("key", flat=True))
        made = [each for each in made if _own_key(each) not in told]
        key = f"refund_made:decision:{refund.decision}"
    if made and not any(each.status in RESERVED_REFUND for each in refunds):
        mails.refund_made(made, key=key, language=language)


def _own_key(refund: Refund) -> str:
    return f"refund_made:{refund.pk}"


@receiver(payment_disputed, dispatch_uid="licensing.dispute")
def dispute(sender: Any, *, invoice: Invoice, is_disputed: bool, **kwargs: Any) -> None:
    reversals.set_disputed(invoice=invoice, is_disputed=is_disputed)
    if not is_disputed:
        reversals.report_money_regained(invoice=invoice)


@receiver(payment_lost, dispatch_uid="licensing.lost")
def charge_back(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    reversals.charge_back(invoice=invoice)


@receiver(pre_delete, sender=Plan, dispatch_uid="licensing.keep-plan")
def keep_sold_plan(sender: Any, *, instance: Plan, **kwargs: Any) -> None:
    """An ordered license type cannot be deleted, only taken off sale: its licenses are granted when the money arrives.

    :raises ProtectedError: it has been ordered
    """
    ordered = InvoiceLine.objects.filter(plan_id=instance.pk)
    if ordered.exists():
        raise ProtectedError(str(_("This license type has been ordered. Take it off sale instead.")), set(ordered[:10]))
