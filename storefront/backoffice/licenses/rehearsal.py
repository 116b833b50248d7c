"""What an act on a license would do: it is done by the very code that does it, and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from checkout.orders.create import CreatedOrder
from storefront.backoffice.licenses import finding, words
from storefront.backoffice.messages.words import MAILS
from storefront.core import clock
from storefront.core.instants import instant
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import effective_status, waiting_after
from storefront.licensing.states import LicenseStatus
from storefront.notifications.models import OutboxMessage

Act = Callable[[License], str | None]


@dataclass(frozen=True, slots=True)
class Picture:
    """A license at one moment, as people read it."""

    status: str
    is_active: bool
    ends_at: datetime
    begins_by: datetime | None
    host: str
    problem: str

    def values(self) -> dict[str, str]:
        """By name, for the log."""
        return {
            _("State"): self.status,
            _("Ends"): "" if self.begins_by else instant(self.ends_at, "short"),
            _("Begins at the latest"): instant(self.begins_by, "short") if self.begins_by else "",
            _("Bitrix24"): self.host,
        }


def picture(license: License) -> Picture:
    """A license as the database has it now."""
    fresh = License.objects.select_related("software").get(pk=license.pk)
    status = effective_status(fresh, clock.now())
    return Picture(
        status=str(status.label),
        is_active=fresh.status == LicenseStatus.ACTIVE,
        ends_at=fresh.valid_until,
        begins_by=fresh.begins_by,
        host=binding_of(fresh.binding_kind).host_of(fresh),
        problem=fresh.link_problem,
    )


@dataclass(frozen=True, slots=True)
class Effects:
    """``portals``: addresses of those that are told; ``mails``: pairs of template and address; ``successor``: the
    license that takes the place in the portal."""

    before: Picture
    after: Picture
    portals: list[str]
    mails: list[tuple[str, str]]
    successor: str = ""


def rehearse(license: License, act: Act) -> Effects:
    """Do ``act`` to a copy of the license, look what came of it, and undo it. Raises what ``act`` raises.

    ``act`` may return the group of further messages that it writes.

    Nothing leaves the shop: messages are rows of the outbox, and these are undone with the rest.
    """
    with transaction.atomic():
        copy = License.objects.select_related("software", "customer").get(pk=license.pk)
        before, next_up = picture(copy), waiting_after(copy)
        seen = set(_messages(copy).values_list("pk", flat=True))
        further = act(copy)
        after = picture(copy)
        queued = [row for row in _messages(copy, further) if row.pk not in seen]
        gives_way = before.is_active and not (after.is_active and after.host == before.host)
        effects = Effects(
            before,
            after,
            _portals(queued),
            _mails(queued),
            next_up[0].number if next_up and gives_way else "",
        )
        transaction.set_rollback(True)
    return effects


def _messages(license: License, further: str | None = None) -> QuerySet[OutboxMessage]:
    """Messages that an act on a license may write, found by an index."""
    portals = license.activations.values_list("installation_id", flat=True)
    groups = [f"license:{license.number}", *(f"portal:{pk}" for pk in set(portals)), *([further] if further else [])]
    return OutboxMessage.objects.filter(group__in=groups)


def _mails(queued: Iterable[OutboxMessage]) -> list[tuple[str, str]]:
    return [(row.payload["template"], row.payload["to"]) for row in queued if row.kind == "mail"]


def _portals(queued: list[OutboxMessage]) -> list[str]:
    keys = {row.payload["installation"] for row in queued if "installation" in row.payload}
    return sorted(set(Installation.objects.filter(pk__in=keys).values_list("host", flat=True)))


def sentences(effects: Effects) -> Iterator[str]:
    """What changes, in words; dates without hours, so that they read the same a minute later."""
    before, after = effects.before, effects.after
    if before.status != after.status:
        yield _("State: %(before)s → %(after)s.") % {"before": before.status, "after": after.status}
    yield from _end(before, after)
    yield from _portal(before, after)
    if effects.successor:
        yield _("%(number)s waits for that Bitrix24 and begins there next.") % {"number": effects.successor}
    for host in effects.portals:
        yield _("%(host)s is told.") % {"host": host}
    yield from _told(effects.mails)
    if not effects.mails:
        yield _("The customer gets no mail.")


def given(license: License) -> Iterator[str]:
    """What a license that was just given is like; its number is not final."""
    now = picture(license)
    yield _("The license: %(product)s, %(plan)s.") % {"product": license.product_title, "plan": license.plan_name}
    yield _("State: %(state)s.") % {"state": now.status}
    if now.begins_by is not None:
        yield _("Its time stands still. It begins at the latest on %(begin)s and would end on %(end)s then.") % {
            "begin": words.day(now.begins_by),
            "end": words.day(now.ends_at),
        }
    else:
        yield _("It ends on %(day)s.") % {"day": words.day(now.ends_at)}
    yield from _portal(Picture("", False, now.ends_at, None, "", ""), now)


def told_of(created: CreatedOrder) -> Iterator[str]:
    """The mails about an order that was just created."""
    yield from _told(_mails(OutboxMessage.objects.filter(group=f"order:{created.order.number}")))


def _told(mails: Iterable[tuple[str, str]]) -> Iterator[str]:
    for template, address in mails:
        yield _("Mail to %(address)s: %(kind)s.") % {"address": address, "kind": _mail(template)}


def _end(before: Picture, after: Picture) -> Iterator[str]:
    if after.status == LicenseStatus.REVOKED.label:
        yield _("All time that is left is taken away. Money is not returned by this.")
    elif after.begins_by is not None:
        yield _("Its time stands still. It begins at the latest on %(begin)s and would end on %(end)s then.") % {
            "begin": words.day(after.begins_by),
            "end": words.day(after.ends_at),
        }
    elif words.day(before.ends_at) != words.day(after.ends_at) or before.begins_by is not None:
        yield _("It ends on %(after)s (now: %(before)s).") % {
            "after": words.day(after.ends_at),
            "before": pgettext("end of a license", "open") if before.begins_by else words.day(before.ends_at),
        }
    else:
        yield _("Its end stays %(day)s.") % {"day": words.day(after.ends_at)}


def _portal(before: Picture, after: Picture) -> Iterator[str]:
    if before.is_active and before.host and before.host != after.host:
        yield _("It no longer works in %(host)s.") % {"host": before.host}
    if after.is_active and after.host and (after.host != before.host or not before.is_active):
        yield _("It works in %(host)s at once.") % {"host": after.host}
    elif after.problem and after.problem != before.problem:
        yield _("It is not linked to %(host)s: %(problem)s.") % {
            "host": after.host,
            "problem": finding.problem(after.problem),
        }
    elif after.host and after.host != before.host:
        yield _("It waits for the app to be opened in %(host)s.") % {"host": after.host}
    elif before.host and not after.host and after.status != LicenseStatus.REVOKED.label:
        yield _("It names no Bitrix24: the customer names one in their account.")


def _mail(template: str) -> str:
    return {
        "license_changed": _("what was changed"),
        "license_linked": _("the license works"),
        "license_not_linked": _("the license could not be linked"),
        "payment_received": _("the order, and the license it gives"),
        "order_placed": _("the order"),
    }.get(template) or str(MAILS.get(template, template))
