"""The rights a restricted key needs, and how Stripe names one that is missing.

https://docs.stripe.com/keys/restricted-api-keys. Stripe answers 403 with the code ``more_permissions_required`` and a
sentence that holds the right and its row in the Dashboard: "Enabling Charges and Refunds Write ('charge_write')
permissions on this key would allow this request to continue." It used to say "Having the 'rak_charge_write' permission
would allow ..."
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from storefront.gateways.payments.diagnosis import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Right:
    """``name`` is Stripe's, ``row`` and ``level`` are what the Dashboard shows; ``purpose`` ends 'needed to' (marked
    for translation)."""

    name: str
    row: str
    level: str
    purpose: str

    def __str__(self) -> str:
        return f"{self.row}: {self.level}"


#: Write includes read. Charges and refunds are one row of the Dashboard. The one of balance transactions lets their
#: source be expanded, and brings the right to list them: https://docs.stripe.com/stripe-apps/reference/permissions.
NEEDED = (
    Right("checkout_session_write", "Checkout Sessions", "Write", _("open, read and close pay pages")),
    Right("charge_write", "Charges and Refunds", "Write", _("see what was refunded or disputed, and give money back")),
    Right("payment_intent_write", "Payment Intents", "Write", _("learn why payments failed, charge saved methods")),
    Right("customer_write", "Customers", "Write", _("save methods of customers")),
    Right("setup_intent_write", "Setup Intents", "Write", _("save a method without a payment")),
    Right("payment_method_write", "Payment Methods", "Write", _("see saved methods, and remove them")),
    Right("dispute_read", "Disputes", "Read", _("learn what became of a dispute")),
    Right(
        "balance_transaction_source_read", "Balance Transaction Sources", "Read", _("compare each day with its balance")
    ),
    Right("webhook_read", "Webhook Endpoints", "Read", _("check where messages are sent")),
)
_ROWS = {right.name.rpartition("_")[0]: right.row for right in NEEDED}
_NAME = re.compile(r"'(?:rak_)?([a-z_]+)_(read|write)'")


def named(message: str) -> list[str]:
    """Stripe's names of the rights in a refusal; empty if it names none."""
    return ["_".join(found) for found in _NAME.findall(message)]


def shown(name: str) -> str:
    """A right as the Dashboard shows it; one we do not ask for, by Stripe's name."""
    resource, _, level = name.rpartition("_")
    return f"{_ROWS[resource]}: {level.title()}" if resource in _ROWS else name


def new_key_url(*, is_live: bool) -> str:
    """The Dashboard's form for a restricted key, filled in with what is needed."""
    rights = [("permissions[]", f"rak_{right.name}") for right in NEEDED]
    mode = "" if is_live else "test/"
    return f"https://dashboard.stripe.com/{mode}apikeys/create?{urlencode([('name', 'Storefront'), *rights])}"
