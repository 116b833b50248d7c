"""A file of the accountant's month."""

from __future__ import annotations

import pytest


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"/admin/accounting/files/<slug:name>/<slug:form>/": "/admin/accounting/files/journal/csv/?month=2026-01"}
