"""What a buyer asks for at the checkout, and the order it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.core import signing
from oscar.apps.order.models import Order

from storefront.billing.models import Invoice, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.gateways.bitrix24 import PortalAddress
from storefront.users.models import User

_SALT = "checkout.page.seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Checked contact data of one order."""

    name: str
    company: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class ShownCart:
    """What the page showed: the cart (its basket's number), its total at published prices and what it costs the payer
    (``charged``), in major units of ``currency``, and the versions of the agreements to be accepted. Signed into the
    form: the order is placed for exactly that or not at all."""

    FIELD: ClassVar = "shown"

    basket_id: int
    total: Decimal
    currency: str
    version_ids: tuple[int, ...]
    charged: Decimal

    def signed(self) -> str:
        """The value of the hidden field."""
        content = [self.basket_id, str(self.total), self.currency, list(self.version_ids), str(self.charged)]
        return signing.dumps(content, salt=_SALT)

    @classmethod
    def read_posted(cls, data: Mapping[str, Any]) -> tuple[ShownCart | None, bool]:
        """What the page of a posted form showed, None if it does not say; and whether the field was forged."""
        text = data.get(cls.FIELD)
        if not text:
            return None, False
        try:
            basket_id, total, currency, version_ids, *more = signing.loads(text, salt=_SALT)
            charged = more[0] if more else total  # a page of the release before
            versions = tuple(int(pk) for pk in version_ids)
            return cls(int(basket_id), Decimal(total), str(currency), versions, Decimal(charged)), False
        except (signing.BadSignature, ValueError, TypeError, InvalidOperation):
            return None, True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """One press of 'Checkout'.

    ``customer`` is None for a visitor without an account; ``portal`` is None if nothing in the cart is bound to one.
    ``shown`` is what the page showed, None if the form did not say. ``ip_address`` and ``language`` are evidence of the
    consent. ``is_separate``: order even if an equal order is open. ``change``: see LicenseTerms. ``named_by_link``: the
    public id of a license that the customer may extend without holding it, because a signed link named it; else "".
    ``payer``: whom the invoice is addressed to, None for the customer's default; ``chosen``: the one of their payers
    that it was taken from, None if it was typed, and is kept with the customer.
    ``holder_email``: to whom the licenses are offered once they are granted, "" if the customer keeps them.
    ``ip_country``: where ``ip_address`` is (ISO 3166-1), "" if not known. ``wants_early_start``: a consumer in the EU
    consented as ``billing.services.early_starts`` says.
    """

    basket_id: int
    customer: User | None
    contact: Contact
    portal: PortalAddress | None
    shown: ShownCart | None
    ip_address: str | None
    language: str
    is_separate: bool = False
    change: str = ""
    named_by_link: str = ""
    payer: PayerDetails | None = None
    chosen: Payer | None = None
    holder_email: str = ""
    ip_country: str = ""
    wants_early_start: bool = False

    @property
    def portal_host(self) -> str:
        return self.portal.host if self.portal else ""


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order, its invoice and its customer; ``is_new``: the customer's account was created with it."""

    order: Order
    invoice: Invoice
    customer: User
    is_new: bool
