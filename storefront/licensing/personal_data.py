"""Licenses, and the portals they work in."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from storefront.core import clock, states
from storefront.core.personal_data import Barrier, Person, Room, Table, by_email, of, overwrite, scrub
from storefront.core.sentences import Sentence
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import (
    Activation,
    Handover,
    Installation,
    InstallationHost,
    License,
    LicenseEvent,
    LicensePeriod,
    PortalExchange,
    Renewal,
    RenewalTry,
    Subscription,
)
from storefront.licensing.services import periods, revocation
from storefront.licensing.states import LicenseStatus, SubscriptionStatus
from storefront.licensing.subscriptions import stopping

_BOUGHT = _("It was bought, and the invoice for it is kept; under the number of the account.")
_PORTALS = _("It belongs to the portal, which has our application installed, and goes when the portal removes it.")


def _words(pk: int) -> Iterator[str]:
    yield from License.objects.filter(customer=pk).values_list("portal_address", flat=True)


def running(pk: int) -> list[License]:
    """Licenses of the account with time left, or that wait to begin."""
    mine = License.objects.filter(customer=pk, valid_until__gt=clock.now())
    return list(mine.exclude(status=LicenseStatus.REVOKED).order_by("pk"))


def _barriers(person: Person) -> Iterator[Barrier]:
    for license in running(person.pk):
        text = gettext_noop("License %(number)s of %(product)s still runs.")
        yield Barrier(Sentence(text, {"number": license.number, "product": license.product_title}), is_firm=False)


def _wind_up(person: Person, ends_licenses: bool) -> None:
    for subscription in Subscription.objects.filter(customer=person.pk).exclude(status=SubscriptionStatus.STOPPED):
        stopping.stop(subscription, by=stopping.CUSTOMER)
    if ends_licenses:
        for license in running(person.pk):
            _end(states.lock(license))


def _end(license: License) -> None:
    periods.take_back(license, periods.valid_periods(license), clock.now())
    revocation.end(license)
    event = license.record("ended_by_erasure")
    binding_of(license.binding_kind).publish_status(license, cause=f"erasure:{event.pk}")


def _is_over(person: Person) -> Q:
    """One that waits for its portal needs the address until it has ended."""
    return Q(customer=person.pk) & (Q(valid_until__lte=clock.now()) | Q(status=LicenseStatus.REVOKED))


ROOM = Room(
    tables=(
        Table(model=License, rows=of("customer"), file="licenses",
              hidden=("public_id", "link_problem", "ending_notice_for", "ending_notice_days"), kept=_BOUGHT),
        Table(model=License, rows=_is_over, erase=overwrite(portal_address=""),
              left_out=_("It is among the licenses.")),
        Table(model=LicensePeriod, rows=of("license__customer"), file="licenses", kept=_BOUGHT),
        Table(model=LicenseEvent, rows=of("license__customer"), file="licenses", kept=_BOUGHT, erase=scrub("detail")),
        Table(model=Handover, rows=of("holder", "receiver"), file="licenses", hidden=("public_id",), kept=_BOUGHT),
        Table(model=Handover, rows=by_email("email"), erase=overwrite(email=""),
              left_out=_("It is among the licenses.")),
        Table(model=Subscription, rows=of("customer"), file="subscriptions", hidden=("public_id",), kept=_BOUGHT),
        Table(model=Renewal, rows=of("subscription__customer"), file="subscriptions",
              hidden=("public_id", "notice_key", "next_try_at"), kept=_BOUGHT),
        Table(model=RenewalTry, rows=of("renewal__subscription__customer"), file="subscriptions",
              hidden=("charges_before",), kept=_BOUGHT),
        Table(model=Activation, rows=of("license__customer"), file="licenses", kept=_BOUGHT,
              erase=scrub("release_reason")),
        Table(
            model=Installation, rows=of("activations__license__customer"), file="portals", kept=_PORTALS,
            hidden=("application_token", "access_token", "refresh_token", "told_state", "token_version", "asked"),
        ),
        Table(model=InstallationHost, rows=of("installation__activations__license__customer"), file="portals",
              kept=_PORTALS),
    ),
    not_personal={
        "licensing.PortalExchange": "masked requests to portals, deleted after a few days",
    },
    mentions=((LicenseEvent, ("detail",)), (PortalExchange, ("request", "answer"))),
    words=_words,
    barriers=_barriers,
    wind_up=_wind_up,
)  # fmt: skip
