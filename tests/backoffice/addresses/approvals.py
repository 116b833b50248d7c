"""A change of the seller that waits for a second person."""

from __future__ import annotations

import pytest

from storefront.users import approvals


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    by = request.getfixturevalue("staff")("Accounting", "asker")
    asked = approvals.ask(
        name="seller", key="1", label="Seller", seen={}, change={}, before={"Phone": "1"}, after={"Phone": "2"}, by=by
    )
    page = "/admin/approvals/"
    tails = ("", "approve/", "decline/", "withdraw/")
    return {f"{page}<int:pk>/{tail}": f"{page}{asked.pk}/{tail}" for tail in tails}
