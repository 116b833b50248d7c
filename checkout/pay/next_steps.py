"""What a buyer does next with each license they have paid for: one card per license, one step on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from storefront.billing.models import Invoice
from storefront.core import clock
from storefront.licensing import queries as licensing
from storefront.licensing.effects import done_text
from storefront.licensing.models import License
from storefront.licensing.queries import LinkState
from storefront.licensing.states import BADGES, PORTAL_TAKEN, EffectiveStatus

#: Steps that only the buyer can do; the license works once they are done.
_LEFT = frozenset({"install", "address", "ask"})


@dataclass(frozen=True, slots=True)
class Card:
    """One license.

    ``step``: ``install`` the app in the portal, enter the ``address``, ``ask`` us, ``open`` the app, or ``none``;
    ``extended`` by its signed link.
    ``open_url`` leads into the portal, ``market_url`` to the app in the Market; "" where there is none.
    ``may_name``: another portal may be named. ``begins_by``: when its time begins at the latest, None once it has;
    then ``done`` says what the invoice has done to it.
    """

    public_id: str
    number: str
    product: str
    plan: str
    status: str
    badge: str
    title: str
    todo: tuple[str, ...]
    step: str
    valid_until: datetime
    begins_by: datetime | None = None
    done: str = ""
    host: str = ""
    open_url: str = ""
    market_url: str = ""
    may_name: bool = False

    @property
    def is_extended(self) -> bool:
        """Whether it was extended by its signed link: nothing else is told of it."""
        return self.step == "extended"

    @property
    def is_scheduled(self) -> bool:
        """Whether another license has the portal: when that ends is not told."""
        return self.status == str(EffectiveStatus.SCHEDULED.label)

    @property
    def is_left(self) -> bool:
        """Whether something is left to do."""
        return self.step in _LEFT


def cards(invoice: Invoice) -> list[Card]:
    """A card for each license that the invoice paid for. Of one that was extended by its signed link, by somebody who
    need not be its holder, only number and end are told."""
    by_link = licensing.named_by_link(invoice)
    return [
        _card(license, invoice, license.public_id in by_link) for license in licensing.licenses_for_invoice(invoice)
    ]


def is_moving(found: Sequence[Card]) -> bool:
    """Whether something may happen to one of them by itself, so that the page should look again."""
    return any(card.step == "install" for card in found)


def _card(license: License, invoice: Invoice, is_by_link: bool) -> Card:
    status = licensing.effective_status(license, clock.now())
    if is_by_link:
        link = LinkState("extended", "", _("License %(number)s is extended") % {"number": license.number})
    else:
        link = licensing.link_state(license)
    step = _step(license, link)
    return Card(
        public_id=license.public_id,
        number=license.number,
        product=license.product_title,
        plan=license.plan_name,
        status=str(status.label),
        badge=BADGES[status],
        title=link.title,
        todo=link.steps or _words(link),
        step=step,
        valid_until=license.valid_until,
        begins_by=license.begins_by,
        done="" if license.begins_by or is_by_link else done_text(license, invoice),
        host=link.host,
        open_url=link.app_url,
        market_url=link.market_url if step == "install" else "",
        may_name=link.code in ("unnamed", "waiting", "scheduled", "conflict"),
    )


def _step(license: License, link: LinkState) -> str:
    if link.code == "conflict":
        return "none" if license.link_problem == PORTAL_TAKEN else "ask"  # it begins by itself when its turn has come
    return {
        "linked": "open",
        "waiting": "install",
        "removed": "install",
        "unnamed": "address",
        "not_needed": "open",
        "extended": "extended",
    }.get(link.code, "none")


def _words(link: LinkState) -> tuple[str, ...]:
    if link.code == "linked":
        return (_("The app works there. Nothing is left to do."),)
    return (_("The license works. Nothing is left to do."),) if link.code == "not_needed" else ()
