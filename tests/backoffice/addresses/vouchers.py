from __future__ import annotations

import pytest

from checkout.vouchers import services
from tests.checkout.test_voucher_rules import terms


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    rule = services.create_set(terms=terms(), count=2)
    tails = ("", "codes/", "change/", "pause/", "resume/")
    return {f"/admin/vouchers/<int:pk>/{tail}": f"/admin/vouchers/{rule.pk}/{tail}" for tail in tails}
