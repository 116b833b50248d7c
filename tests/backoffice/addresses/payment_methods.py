"""The one payment method of the tests."""

from __future__ import annotations

import pytest


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    one = "/admin/payment-methods/"
    return {f"{one}<slug:name>/{tail}": f"{one}stripe/{tail}" for tail in ("", "edit/", "move/", "stop/", "resume/")}
