"""The hosted page where a buyer lets a merchant keep their PayPal account, without a payment."""

from __future__ import annotations

from html import escape

from storefront.sandbox.paypal.errors import ApiError
from storefront.sandbox.paypal.pages import document
from storefront.sandbox.paypal.vault import Vault
from storefront.sandbox.server import Request, Response, redirect


class SetupPage:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def show(self, request: Request) -> Response:
        try:
            setup = self._vault.setup(request.query.get("approval_session_id", ""))
        except ApiError:
            return document("Page not found", "<p>We don't know this agreement.</p>", 404)
        if setup["status"] != "PAYER_ACTION_REQUIRED":
            return document("Nothing to agree to", "<p>You have agreed already.</p>", 410)
        description = escape(setup["payment_source"]["paypal"].get("description", ""))
        return document(
            "Save PayPal",
            f'<h1>Save your PayPal account for later payments</h1><p class="muted">{description}</p>'
            '<form method="post"><button class="pay" name="choice" value="agree">Agree and continue</button></form>'
            '<form method="post"><button class="back" name="choice" value="cancel">Cancel and return</button></form>',
        )

    def submit(self, request: Request) -> Response:
        agrees = dict(request.form).get("choice") == "agree"
        try:
            return redirect(self._vault.agree(request.query.get("approval_session_id", ""), agrees=agrees))
        except ApiError:
            return self.show(request)
