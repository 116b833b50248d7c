"""Auto payment as rows, for tests that charge nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from storefront.billing.auto_top_ups import switching
from storefront.billing.auto_top_ups.needs import LineNeeded
from storefront.billing.auto_top_ups.switching import AutoTopUpWish
from storefront.billing.models import AutoTopUpCharge
from storefront.billing.payer_details import PayerDetails
from storefront.core import clock
from tests.billing.saved_methods import make_method


def make_charge(customer: Any, **values: Any) -> AutoTopUpCharge:
    """Auto payment that is on, and a charge of 34.20 that the customer was told of."""
    wish = AutoTopUpWish(
        currency="EUR", monthly_cap=Decimal("100.00"), payer=PayerDetails(name="Ada Buyer", country="DE"),
        time_zone="Europe/Berlin", language="en", text="Fill my account.", ip_address="192.0.2.1",
        method=make_method(customer),
    )  # fmt: skip
    top_up = switching.turn_on(customer, wish)
    mandate = switching.live_mandate(top_up)
    now = clock.now()
    line = LineNeeded(
        key="renewal:x", kind="renewal", label="Renewal of Anywhere, Standard", number="x", amount=Decimal("34.20"),
        due_at=now + timedelta(days=9),
    )  # fmt: skip
    return AutoTopUpCharge.objects.create(
        **{
            "auto_top_up": top_up, "mandate": mandate, "status": "noticed", "method_label": "Visa •••• 4242",
            "amount": Decimal("34.20"), "needed": Decimal("34.20"), "spendable": Decimal("0.00"),
            "lines": [line.to_json()], "charge_at": now + timedelta(days=3), "noticed_at": now,
            "next_at": now + timedelta(days=3),
        }
        | values
    )  # fmt: skip
