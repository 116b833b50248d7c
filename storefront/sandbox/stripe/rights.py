"""What a restricted key may do: for each resource none, read or write, which includes read.

GET is reading, everything else writing, and expanding an object is reading it
(https://docs.stripe.com/keys/restricted-api-keys).
"""

from __future__ import annotations

from collections.abc import Mapping

from storefront.sandbox.stripe.errors import ApiError

#: path -> right and its row in the Dashboard. Charges and refunds are one row.
RESOURCES = {
    "/v1/checkout/sessions": ("checkout_session", "Checkout Sessions"),
    "/v1/payment_intents": ("payment_intent", "Payment Intents"),
    "/v1/charges": ("charge", "Charges and Refunds"),
    "/v1/refunds": ("charge", "Charges and Refunds"),
    "/v1/disputes": ("dispute", "Disputes"),
    "/v1/balance_transactions": ("balance_transaction_source", "Balance Transaction Sources"),
    "/v1/events": ("event", "Events"),
    "/v1/customers": ("customer", "Customers"),
    "/v1/setup_intents": ("setup_intent", "Setup Intents"),
    "/v1/payment_methods": ("payment_method", "Payment Methods"),
    "/v1/webhook_endpoints": ("webhook", "Webhook Endpoints"),
}
#: what may be expanded -> path of what it is
EXPANDED = {
    "payment_intent": "/v1/payment_intents",
    "latest_charge": "/v1/charges",
    "setup_intent": "/v1/setup_intents",
    "payment_method": "/v1/payment_methods",
    "charge": "/v1/charges",
    "customer": "/v1/customers",
    "balance_transaction": "/v1/balance_transactions",
    "source": "/v1/balance_transactions",
}


class Rights:
    """``granted`` is None for a secret key, which may do everything, else right -> "read" or "write"."""

    def __init__(self) -> None:
        self.granted: Mapping[str, str] | None = None

    def restrict(self, **granted: str) -> None:
        """The key is a restricted one from now on: ``checkout_session="write", dispute="read"``; the rest is none."""
        known = {name for name, _row in RESOURCES.values()}
        if granted.keys() - known or set(granted.values()) - {"none", "read", "write"}:
            raise ValueError(f"rights are none, read or write, of {', '.join(sorted(known))}")
        self.granted = granted

    def unrestrict(self) -> None:
        """The key is a secret one again."""
        self.granted = None

    def check(self, method: str, path: str, expand: list[str]) -> None:
        """Raises 403, before anything else of the request is looked at."""
        if self.granted is None:
            return
        resource = next((each for each in RESOURCES if path == each or path.startswith(f"{each}/")), None)
        if resource is not None:
            self._require(resource, "read" if method == "GET" else "write")
        for name in (part for each in expand for part in each.split(".")):
            if name in EXPANDED:
                self._require(EXPANDED[name], "read")

    def _require(self, resource: str, level: str) -> None:
        name, row = RESOURCES[resource]
        has = (self.granted or {}).get(name, "none")
        if has != "write" and has != level:
            raise ApiError(
                403,
                "more_permissions_required",
                "Permission denied. The provided key 'rk_test_...4242' does not have the required permissions for this "
                f"endpoint on account 'acct_1Sandbox'. Enabling {row} {level.title()} ('{name}_{level}') permissions "
                "on this key would allow this request to continue. You can edit permissions at "
                "https://dashboard.stripe.com/b/acct_1Sandbox?destination=%2Fapikeys%2Fmk_1%2Fedit",
            )
