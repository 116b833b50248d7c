"""The interface of a binding: everything that depends on what a license is tied to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from storefront.licensing.models import License
from storefront.licensing.states import EffectiveStatus
from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the product page's way to a working license, in the active language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class LinkState:
    """What a buyer is told about the tie of their license, in the active language.

    ``code``:

    - ``linked``; ``removed`` (linked, but the app was removed there)
    - ``waiting`` (for the app to be installed or opened at ``host``); ``unnamed`` (no address yet)
    - ``scheduled`` (another license has the portal); ``conflict`` (the address is not the portal's own)
    - ``not_needed`` (works without being tied)
    - ``closed`` (revoked, suspended, expired, or of a kind that is not sold)

    ``steps``: what they can do now, in order. ``market_url`` may be "". ``app_url`` opens the app in the portal, or the
    portal if the app's address is unknown; "" without a portal.
    """

    code: str
    host: str
    title: str
    market_url: str = ""
    steps: tuple[str, ...] = ()
    app_url: str = ""

    @property
    def is_linked(self) -> bool:
        return self.code in ("linked", "not_needed")


class Binding:
    """One kind of tie. The defaults serve a kind that nothing activates: its licenses wait for staff.

    The caller of a method that changes a license holds its lock.
    """

    kind: ClassVar[str] = ""
    #: The checkout asks for the buyer's Bitrix24 address, and licenses name it.
    asks_portal_address: ClassVar[bool] = False
    #: Products name one of BITRIX24_APPS, which the license opens.
    needs_app: ClassVar[bool] = False
    #: Fields of ``License`` that this kind uses; licenses of other kinds leave them empty.
    license_fields: ClassVar[tuple[str, ...]] = ()

    # Before the sale: the product page and the checkout.

    def steps(self) -> Sequence[Step]:
        """The way to a working license, as the product page shows it."""
        return ()

    def steps_title(self) -> str:
        return _("How it works")

    def promise(self) -> str:
        """One line beneath the 'Buy' button; "" for none."""
        return ""

    def beginning_text(self, *, at_payment: bool) -> str:
        """When the time of a new license begins. ``at_payment``: the product says with the payment."""
        return _("Its time begins with the payment.") if at_payment else ""

    # From the payment on.

    def new_license(self, address: str) -> dict[str, Any]:
        """Fields of a new license. ``address``: the portal the buyer named; "" for none."""
        return {}

    def license_at(self, licenses: QuerySet[License], address: str) -> License | None:
        """The one of ``licenses`` that another period for ``address`` extends; None for a new license."""
        return None

    def is_taken(self, software_id: int, address: str, customer: User | None) -> bool:
        """Whether another customer's license of the product has paid time left at ``address``."""
        return False

    def activate(self, license: License, *, is_quiet: bool = False) -> bool:
        """Make a waiting license active if possible; whether this call did. ``is_quiet``: the caller sends mails."""
        return False

    def release(self, license: License, *, reason: str) -> None:
        """Untie a license."""

    def resume(self, license: License) -> bool:
        """Make a suspended license active where it was; False if it cannot be and has to wait again."""
        return False

    def publish_status(self, license: License, *, cause: str) -> None:
        """Queue the license's present state for the system it is tied to, once per ``cause``."""

    # Words, in the active language.

    def mail_text(self, license: License) -> str:
        """The state of a license that is not suspended, for the mail about its payment."""
        return _("Please write to us: we look into it.")

    def waiting_text(self, license: License, latest: datetime) -> str:
        """When the paid time of a license will begin that has not begun; ``latest``: its ``begins_by``, UTC."""
        return ""

    def begins(self, license: License, latest: datetime) -> str:
        """The same as a table says it, without a full stop."""
        return ""

    def extended_waiting_text(self, number: str) -> str:
        """What extending does to a license whose time has not begun or has ended, while nothing is tied."""
        return _("Extends %(number)s once it is active again.") % {"number": number}

    def taken_text(self, address: str) -> str:
        """What paying for a new license does while ``is_taken``."""
        return ""

    def link_state(self, license: License, status: EffectiveStatus) -> LinkState:
        """What the customer is told about the tie of a license that is neither suspended nor revoked."""
        if status == EffectiveStatus.PENDING:
            return LinkState("closed", "", _("Not active yet"), steps=(_("Please write to us: we look into it."),))
        return LinkState("closed" if status == EffectiveStatus.EXPIRED else "not_needed", "", str(status.label))

    def host_of(self, license: License) -> str:
        """The portal a license is tied to or claims; "" for none."""
        return ""

    # The auditor.

    def unbound(self, licenses: QuerySet[License]) -> QuerySet[License]:
        """Those of ``licenses``, all active and of this kind, that lack their tie."""
        return licenses.none()
