"""Pages of PayPal's own site about what it keeps, for staff."""

from __future__ import annotations

from urllib.parse import quote

_SITES = {"https://api-m.paypal.com": "www.paypal.com", "https://api-m.sandbox.paypal.com": "www.sandbox.paypal.com"}


def page_of(reference: str, *, api_base: str) -> str:
    """The page of a capture, refund or dispute, by its id; "" for a stand-in's. (An order before its capture has
    none.)"""
    site = _SITES.get(api_base)
    if not reference or site is None:
        return ""
    # Disputes stand in the Resolution Center; their ids begin so.
    place = "resolutioncenter/view" if reference.startswith("PP-") else "activity/payment"
    return f"https://{site}/{place}/{quote(reference, safe='')}"
