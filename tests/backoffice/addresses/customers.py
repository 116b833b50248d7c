from __future__ import annotations

import pytest


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    return {"/admin/customers/<int:pk>/": f"/admin/customers/{customer.pk}/"}
