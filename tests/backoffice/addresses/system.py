from __future__ import annotations

import pytest


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"/admin/jobs/<slug:name>/run/": "/admin/jobs/reconcile/run/"}
