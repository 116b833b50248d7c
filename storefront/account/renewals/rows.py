"""What the pages show of licenses that renew by themselves: what, when, for how much, from what, and its state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from checkout.renewals.wording import source_label
from storefront.account.renewals.states import State, state_of
from storefront.billing import links
from storefront.billing.models import Mandate, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.status import of_invoice
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.core.money import display
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import AHEAD_RENEWAL, UNPAID_RENEWAL, RenewalStatus, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Row:
    """``renewal``: the period that comes next, None while nobody knows when the license ends; ``skipped``: the ones
    that were skipped and can still be taken back. ``pay_path`` is "" unless its invoice asks for money."""

    subscription: Subscription
    renewal: Renewal | None
    skipped: list[Renewal]
    method: SavedMethod | None
    state: State
    pay_path: str

    @property
    def license(self) -> License | None:
        return self.subscription.license

    @property
    def title(self) -> str:
        """Before the payment the line says what it will be."""
        if self.license is not None:
            return f"{self.license.product_title}, {self.license.plan_name}"
        return self.subscription.invoice_line.description if self.subscription.invoice_line else ""

    @property
    def source(self) -> str:
        subscription = self.subscription
        return source_label(subscription.pays_from, subscription.fallback, self.method)

    @property
    def amount(self) -> str:
        """What the notice said, or the most that it may be."""
        subscription = self.subscription
        if self.renewal is not None and self.renewal.total is not None:
            return display(self.renewal.total, self.renewal.currency)
        most = display(subscription.agreed_total, subscription.currency)
        return _("at most %(amount)s") % {"amount": most}

    @property
    def is_stopped(self) -> bool:
        return self.subscription.status == SubscriptionStatus.STOPPED

    @property
    def may_skip(self) -> bool:
        return self.renewal is not None and self.renewal.status in AHEAD_RENEWAL

    @property
    def card_ends(self) -> bool:
        """The card that pays first is past its last day when it is charged."""
        if self.renewal is None or self.method is None or self.subscription.pays_from != "method":
            return False
        return self.method.expires_before(day_of(self.renewal.due_at))

    @property
    def due_at(self) -> datetime | None:
        return self.renewal.due_at if self.renewal else None

    @property
    def total(self) -> Decimal | None:
        return self.renewal.total if self.renewal else None


def row(subscription: Subscription) -> Row:
    return rows([subscription])[0]


def rows(subscriptions: Iterable[Subscription]) -> list[Row]:
    """In the order given; the number of queries does not depend on how many there are, apart from what is unpaid."""
    found = list(subscriptions)
    methods = _methods(found)
    renewals: dict[int, list[Renewal]] = {each.pk: [] for each in found}
    shown = (*AHEAD_RENEWAL, *UNPAID_RENEWAL, RenewalStatus.SKIPPED)
    open_ones = Renewal.objects.filter(subscription__in=found, status__in=shown).select_related("invoice", "license")
    for each in open_ones.prefetch_related("tries").order_by("extends_from"):
        renewals[each.subscription_id].append(each)
    return [_row(each, renewals[each.pk], methods.get(each.subject)) for each in found]


def _row(subscription: Subscription, found: list[Renewal], method: SavedMethod | None) -> Row:
    now = clock.now()
    following = next((each for each in found if each.status != RenewalStatus.SKIPPED), None)
    skipped = [each for each in found if each.status == RenewalStatus.SKIPPED and each.due_at > now]
    pay_path = ""
    if following is not None and following.status in UNPAID_RENEWAL and following.invoice is not None:
        pay_path = links.pay_path(following.invoice) if of_invoice(following.invoice).may_pay else ""
    return Row(subscription, following, skipped, method, state_of(subscription, following), pay_path)


def _methods(subscriptions: list[Subscription]) -> dict[str, SavedMethod]:
    """The saved method of each, by its subject."""
    subjects = [each.subject for each in subscriptions]
    live = Mandate.objects.filter(subject__in=subjects, scope=Scope.RENEWAL, ended_at=None, method__isnull=False)
    return {each.subject: each.method for each in live.select_related("method").order_by("pk") if each.method}
