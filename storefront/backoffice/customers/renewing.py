"""What of a customer's renews by itself, and the payment methods that they have saved."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from storefront.account.renewals import rows
from storefront.account.renewals.rows import Row
from storefront.backoffice.renewals.listing import amount_of, state_of, tone_of
from storefront.billing.models import SavedMethod
from storefront.billing.saved_methods import queries as saved
from storefront.licensing.models import Subscription
from storefront.licensing.states import TROUBLED_RENEWAL, SubscriptionStatus
from storefront.users.models import User

MOST = 20


@dataclass(frozen=True, slots=True)
class Renewing:
    """``state``: of the next renewal, of the subscription where none is planned; ``tone``: its badge's."""

    row: Row
    state: str
    tone: str
    amount: str


def subscriptions(customer: User) -> list[Renewing]:
    """Those that are on, or begin with a payment."""
    found = Subscription.objects.filter(customer=customer).exclude(status=SubscriptionStatus.STOPPED)
    return [_renewing(row) for row in rows.rows(found.select_related("license", "invoice_line", "customer")[:MOST])]


def _renewing(row: Row) -> Renewing:
    renewal = row.renewal
    if renewal is None:
        return Renewing(row, row.subscription.get_status_display(), "waiting", row.amount)
    tone = tone_of(renewal) if renewal.status in TROUBLED_RENEWAL else "good"
    was_refused = row.pay_path and renewal.status not in TROUBLED_RENEWAL
    state = state_of(renewal) if was_refused else renewal.get_status_display()
    return Renewing(row, str(state), tone, amount_of(renewal))


def methods(customer: User) -> QuerySet[SavedMethod]:
    """As the customer sees them; their numbers are not ours."""
    return saved.of(customer)[:MOST]
