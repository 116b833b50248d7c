"""Real addresses of reports, for the access matrix."""

from __future__ import annotations

import pytest


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"/admin/reports/income/<slug:by>/": "/admin/reports/income/product/"}
