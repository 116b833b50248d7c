"""The page of one license."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry

from catalogue.plans.models import months_label
from storefront.backoffice import history
from storefront.backoffice.licenses import renewing, words
from storefront.backoffice.licenses.listing import VIEW, end_of, portal_of, status_label
from storefront.backoffice.messages import words as message_words
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.core import clock, money
from storefront.core.instants import instant
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import Activation, InstallationHost, License, LicensePeriod, PortalExchange
from storefront.licensing.queries import all_licenses
from storefront.licensing.states import LicenseStatus, PeriodKind
from storefront.notifications.models import OutboxMessage

LIST = Crumb("backoffice-licenses", gettext_lazy("Licenses"))
ACTS = "licenses."  # what the names of this section's acts in Wagtail's log begin with
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One entry of the ledger. ``invoice`` paid for it, or for what it was converted from."""

    period: LicensePeriod
    length: str
    amount: str
    invoice: Any
    note: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    text: str
    by: str
    reason: str


def find(number: str) -> License:
    """The license with this number, with customer and portal, or Http404."""
    license = all_licenses().filter(number=number).first()
    if license is None:
        raise Http404
    return license


class LicensePage(DetailPage):
    """All about a license; every act of staff on it begins here."""

    permissions = VIEW
    template_name = "backoffice/licenses/license.html"
    header_icon = "key"
    crumbs = (LIST,)
    request: HttpRequest

    @cached_property
    def license(self) -> License:
        return find(self.kwargs["number"])

    def get_page_title(self) -> str:
        return self.license.number

    def get_page_subtitle(self) -> str:
        return f"{self.license.product_title}, {self.license.plan_name}"

    def facts(self) -> Iterator[Fact]:
        license = self.license
        yield Fact(_("State"), status_label(license))
        yield Fact(_("Customer"), license.customer.get_full_name() or license.customer.email, license.customer)
        yield Fact(_("E-mail"), license.customer.email)
        if portal := portal_of(license):
            yield Fact(_("Bitrix24"), portal)
        yield Fact(_("Product"), license.product_title)
        yield Fact(_("License type"), license.plan_name)
        yield Fact(_("Ends"), end_of(license))
        if following := renewing.in_words(license):
            yield Fact(_("Renews by itself"), following)
        yield Fact(_("Created"), instant(license.created_at, "short"))

    def acts(self) -> Iterable[ActLink]:
        yield from acts_on(self.license)
        yield from renewing.acts_on(self.license)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        license, now = self.license, clock.now()
        activations = list(license.activations.select_related("installation").order_by("-pk"))
        current = next((each for each in activations if each.released_at is None), None)
        return super().get_context_data(**kwargs) | {
            "license": license,
            "state": list(words.state(license, now)),
            "periods": periods_of(license),
            "current": current,
            "activations": activations,
            "old_hosts": old_hosts(license, activations),
            "history": history_of(license),
            "mails": [(mail, message_words.what(mail)) for mail in mails_of(license)],
            "exchanges": exchanges_of(activations),
        }


def acts_on(license: License) -> Iterator[ActLink]:
    """The acts that are possible in the license's state; whether the user may do them is for the page to ask."""

    def act(name: str, label: str, right: str, icon: str, *, is_serious: bool = False) -> ActLink:
        url = reverse(f"backoffice-license-{name}", args=[license.number])
        return ActLink(label, url, f"licensing.{right}_license", icon, is_serious)

    yield act("check", _("Why does it not work?"), "view", "help")
    if license.status == LicenseStatus.REVOKED:
        return
    yield act("extend", _("Extend"), "extend", "plus")
    yield act("end", _("Set the end"), "extend", "calendar")
    yield act("give", _("Give a period"), "grant", "tag")
    is_portal = binding_of(license.binding_kind).asks_portal_address and license.status != LicenseStatus.SUSPENDED
    if is_portal and license.status == LicenseStatus.ACTIVE:
        yield act("move", _("Move to another Bitrix24"), "move", "arrow-right-full")
        yield act("release", _("Release from its Bitrix24"), "move", "link")
    elif is_portal:
        yield act("address", _("Correct the address"), "move", "edit")
        yield act("link", _("Link by hand"), "link", "link")
    yield act("hand-over", _("Hand over"), "hand_over", "user")
    if license.suspension:
        yield act("restore", _("Restore"), "suspend", "rotate")
    else:
        yield act("suspend", _("Suspend"), "suspend", "lock")
    yield act("revoke", _("Revoke"), "revoke", "cross", is_serious=True)


def periods_of(license: License) -> list[PeriodLine]:
    """The ledger, the latest entry first."""
    rows = list(license.periods.select_related("invoice_line__invoice", "converted_from").order_by("-pk"))
    by_key = {period.pk: period for period in rows}
    return [_period_line(period, _source(period, by_key)) for period in rows]


def _source(period: LicensePeriod, by_key: dict[int, LicensePeriod]) -> LicensePeriod:
    """The period that was bought, for one that was converted from it."""
    while period.converted_from_id in by_key:
        period = by_key[period.converted_from_id]
    return period


def _period_line(period: LicensePeriod, source: LicensePeriod) -> PeriodLine:
    length = months_label(period.months) if period.days is None else words.days(period.days)
    amount = money.display(money.quantize(period.amount, period.currency), period.currency) if period.currency else "–"
    is_over = period.revoked_at is not None or period.converted_at is not None
    return PeriodLine(
        period, length, amount, source.invoice_line.invoice if source.invoice_line else None, _note(period), is_over
    )


def _note(period: LicensePeriod) -> str:
    if period.kind == PeriodKind.CUT:
        return _("taken off by staff")
    if period.revoked_at:
        return _("taken back")
    if period.converted_at:
        return _("what was left became days of another license type")
    if period.is_disputed:
        return _("its payment is disputed")
    if period.kind == PeriodKind.GOODWILL:
        return _("goodwill")
    if period.converted_from:
        return _("for unused time of %(plan)s") % {"plan": period.converted_from.plan_name}
    return "" if period.begun_at else _("has not begun")


def old_hosts(license: License, activations: Iterable[Activation]) -> list[InstallationHost]:
    """Every address that the portals of a license have had, the latest first."""
    installations = {each.installation_id for each in activations}
    return list(InstallationHost.objects.filter(installation__in=installations).order_by("-seen_at")[:_SHOWN])


def history_of(license: License) -> list[HistoryLine]:
    """What happened to a license, the latest first: its events, and what Wagtail's log has besides acts on it."""
    events = license.events.select_related("actor").order_by("-pk")[:100]
    lines = [
        HistoryLine(each.created_at, words.event(each), _who(each.actor), str(each.detail.get("reason", "")))
        for each in events
    ]
    others = history.of(license).exclude(action__startswith=ACTS)[:_SHOWN]
    lines += [HistoryLine(each.timestamp, each.message, _who(each.user), _comment(each)) for each in others]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _who(user: Any) -> str:
    return (user.get_full_name() or user.email) if user else ""


def _comment(entry: ModelLogEntry) -> str:
    return str(entry.comment or "")


def mails_of(license: License) -> QuerySet[OutboxMessage]:
    """The mails about a license, the latest first."""
    return OutboxMessage.objects.filter(group=f"license:{license.number}").order_by("-pk")[:_SHOWN]


def exchanges_of(activations: Iterable[Activation]) -> list[PortalExchange]:
    """The latest requests to the portals of a license, masked."""
    hosts = {each.installation.host for each in activations}
    found = PortalExchange.objects.filter(Q(host__in=hosts)) if hosts else PortalExchange.objects.none()
    return list(found.order_by("-pk")[:_SHOWN])
