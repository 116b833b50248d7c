"""Where PayPal's classic interface listens (https://developer.paypal.com/api/nvp-soap/endpoints/)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

LIVE, TEST = "https://api-3t.paypal.com", "https://api-3t.sandbox.paypal.com"


@dataclass(frozen=True, slots=True)
class Addresses:
    """``api`` and ``verify`` are called, ``pages`` (an origin) is where buyers and staff go."""

    api: str
    verify: str
    pages: str
    is_live: bool
    is_paypal: bool

    def pay_page(self, token: str) -> str:
        """``useraction=commit``: the last button there says 'Pay now', as nothing more is asked here."""
        query = urlencode({"cmd": "_express-checkout", "useraction": "commit", "token": token})
        return f"{self.pages}/webscr?{query}"

    def transaction_page(self, transaction_id: str) -> str:
        return f"{self.pages}/activity/payment/{transaction_id}" if self.is_paypal and transaction_id else ""


def addresses(base: str) -> Addresses:
    """``base``: LIVE, TEST, or the origin of a stand-in, which is all of PayPal at once."""
    if base in (LIVE, TEST):
        zone = "paypal.com" if base == LIVE else "sandbox.paypal.com"
        verify = f"https://ipnpb.{zone}/cgi-bin/webscr"
        return Addresses(f"{base}/nvp", verify, f"https://www.{zone}", base == LIVE, True)
    return Addresses(f"{base}/nvp", f"{base}/cgi-bin/webscr", base, False, False)
