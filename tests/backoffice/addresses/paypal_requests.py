from __future__ import annotations

import pytest
from paypal.express.models import ExpressTransaction


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    row = ExpressTransaction.objects.create(
        method="SetExpressCheckout", version="119", ack="Success", response_time=12.5,
        raw_request="METHOD=SetExpressCheckout&PAYMENTREQUEST_0_AMT=96.00", raw_response="ACK=Success&TOKEN=EC-1",
    )  # fmt: skip
    return {"/admin/paypal-requests/<int:pk>/": f"/admin/paypal-requests/{row.pk}/"}
