"""Pages of Stripe's Dashboard (https://docs.stripe.com/dashboard/basics); test data has a prefix of its own."""

from __future__ import annotations

from urllib.parse import quote

#: Only what lives there has a page in the Dashboard; a stand-in's objects have none.
API = "https://api.stripe.com"
_BASE = "https://dashboard.stripe.com"
#: The pages of objects, by the beginning of their ids. Anything else is looked for.
_PAGES = {"pi_": "payments", "ch_": "payments", "py_": "payments"}


def page_of(reference: str, *, is_live: bool) -> str:
    """The page of a payment, else the Dashboard's search for the id: it finds sessions, refunds and disputes."""
    if not reference:
        return ""
    base = _BASE if is_live else f"{_BASE}/test"
    name = quote(reference, safe="")
    page = _PAGES.get(reference[:3])
    return f"{base}/{page}/{name}" if page else f"{base}/search?query={name}"
