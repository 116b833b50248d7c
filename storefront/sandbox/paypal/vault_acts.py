"""What happens to kept accounts outside the API, ordered by tests: buyers agree and change their minds."""

from __future__ import annotations

from storefront.sandbox.control import Act
from storefront.sandbox.paypal.state import State
from storefront.sandbox.paypal.vault import MODES, Vault


class VaultActs:
    """Every one is also ``POST /_control/...`` with its arguments as a JSON object."""

    state: State
    _vault: Vault

    def vault_acts(self) -> dict[str, Act]:
        return {
            r"orders/(?P<order_id>\w+)/token": self.deliver_token,
            r"setups/(?P<setup_id>\w+)/agree": self.agree_to_setup,
            r"tokens/(?P<token_id>\w+)/remove": self.remove_token,
            r"tokens/(?P<token_id>\w+)/refuse": self.refuse_token,
            "vault": self.change_vault,
        }

    def deliver_token(self, order_id: str) -> str:
        """The token that an order's buyer agreed to comes now; returns its id."""
        return self._vault.deliver(order_id)

    def agree_to_setup(self, setup_id: str, *, agrees: bool = True) -> str:
        """The buyer agrees, or cancels, on the page where an account is kept; returns where they go then."""
        return self._vault.agree(setup_id, agrees=agrees)

    def remove_token(self, token_id: str) -> None:
        """As the buyer may in their PayPal account."""
        self._vault.remove(token_id)

    def refuse_token(self, token_id: str, *, issue: str = "") -> None:
        """Every later charge is refused with this issue; with "" no more."""
        self._vault.refuse(token_id, issue)

    def change_vault(self, *, mode: str = "at_once", is_older_shape: bool = False) -> None:
        """Whether accounts can be kept: at_once, late (the token comes by ``orders/<id>/token``) or off."""
        if mode not in MODES:
            raise ValueError(f"one of {', '.join(MODES)}")
        with self.state.changing():
            self.state.vault |= {"mode": mode, "is_older_shape": is_older_shape}
