"""Renewals."""

import pytest

from tests.checkout.renewals.building import turn_on


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    subscription = turn_on(request.getfixturevalue("license"), pays_from="account")
    return {"/admin/subscriptions/<int:pk>/stop/": f"/admin/subscriptions/{subscription.pk}/stop/"}
