"""Ground for all tests: a shop with something to sell, its customers, and running stand-ins."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect
from wagtail.models import Site

from cms import site_context
from storefront.core import content_version, health, outage, throttle
from storefront.inbox.processing import process_due
from storefront.notifications.outbox import deliver_due
from storefront.sandbox.bitrix24 import Bitrix24StandIn
from storefront.sandbox.mail import MailStandIn
from storefront.sandbox.paypal import PayPalStandIn
from storefront.sandbox.stripe import StripeStandIn
from storefront.sandbox.vies import ViesStandIn
from storefront.users.models import User
from tests.factories import PASSWORD, Shop, make_shop, make_site
from tests.recorded import built, remember_settings
from tests.rows import Ground, number_apart
from tests.surroundings import remembered, watch_settings

pytest_plugins = ["tests.order"]

#: The shell opens a page at a quarter of the cost: a whole chromium draws its own window around each, too.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
BROWSER = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)

# Playwright keeps an event loop in the main thread, which Django would otherwise take for an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# An example that a busy machine takes long over is no wrong one.
hypothesis_settings.register_profile("shop", deadline=None)
if not os.environ.get("CI"):  # there hypothesis has a profile of its own
    hypothesis_settings.load_profile("shop")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test finds in the cache what another left there, or has its tries counted together with another's."""
    cache.clear()
    throttle.reset()
    outage.known.end()
    health.forget_readiness()


@pytest.fixture
def pages_kept(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public pages and what surrounds all pages are kept, as in production; who changes something must let it be
    committed. However slow the machine is, the version is asked of the database once."""
    settings.PAGE_CACHE_SECONDS = 600
    monkeypatch.setattr(content_version, "COPY_SECONDS", 600)


@pytest.fixture(autouse=True)
def _one_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that would begin in the last minute before midnight UTC takes place in the first minutes after it: what
    happens in it and what it compares that with is of one day. The journeys' shop has a clock of its own."""
    now = datetime.now(UTC)
    if (now + timedelta(minutes=1)).date() == now.date() or "journeys" in request.path.parts:
        yield
        return
    with time_machine.travel(now + timedelta(minutes=2), tick=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    """A process that has just begun reads all its code at the first request; on a busy machine that takes a while."""
    expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's chromium: nothing is downloaded. Without one the journeys fail, they are not skipped."""
    if not BROWSER:
        raise RuntimeError("no browser: install Debian's chromium-headless-shell or set CHROMIUM to another")
    return {
        **browser_type_launch_args,
        "executable_path": BROWSER,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Nothing fades: a colour halfway from one theme to the other is none that anybody chose."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def live_server(live_server: Any) -> Iterator[Any]:
    """Stops once the browsers have hung up, whose connections have threads that hold the database until then."""
    yield live_server
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any("process_request" in thread.name for thread in threading.enumerate()):
        time.sleep(0.02)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Every table numbers its rows from elsewhere, so that none is found by the number of another or by a guess.

    After a test with real transactions only the tables that it wrote are emptied, not all there are.
    """
    remember_settings()
    with django_db_blocker.unblock():
        number_apart()
        ground = Ground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: ground.restore())
        patch.setattr(site_context, "load", remembered(site_context.load))
        watch_settings()
        yield


@pytest.fixture
def wagtail_site(db: None) -> Any:
    """The site as it is when its migrations are done."""
    site = built(make_site)
    Site.clear_site_root_paths_cache()
    return site


@pytest.fixture
def shop(wagtail_site: Any) -> Shop:
    return built(make_shop)


@pytest.fixture
def make_customer(db: None) -> Callable[..., Any]:
    def make(email: str = "buyer@example.com", **fields: Any) -> Any:
        return User.objects.create_user(email=email, password=PASSWORD, name=fields.pop("name", "Ada Buyer"), **fields)

    return make


@pytest.fixture
def customer(make_customer: Callable[..., Any]) -> Any:
    return make_customer()


@pytest.fixture
def stripe(settings: Any) -> Iterator[Any]:
    """A running Stripe stand-in the shop's settings point at. Webhooks go nowhere unless ``webhook_url`` is set."""
    stand_in = StripeStandIn(port=0, api_key="sk_test_sandbox", webhook_secret="whsec_sandbox", webhook_url="")
    with stand_in:
        settings.STRIPE_API_KEY = "sk_test_sandbox"
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_sandbox"]
        settings.STRIPE_API_BASE = stand_in.base_url
        yield stand_in


@pytest.fixture
def paypal(settings: Any) -> Iterator[Any]:
    """A running PayPal stand-in the shop's settings point at. Webhooks go nowhere unless ``change_webhook`` says so."""
    with PayPalStandIn() as stand_in:
        settings.PAYPAL_CLIENT_ID = stand_in.api.client_id
        settings.PAYPAL_CLIENT_SECRET = stand_in.api.client_secret
        settings.PAYPAL_WEBHOOK_ID = [stand_in.state.webhook["id"]]
        settings.PAYPAL_API_BASE = stand_in.base_url
        yield stand_in


@pytest.fixture
def bitrix24(settings: Any) -> Iterator[Any]:
    """A running Bitrix24 stand-in: authorization server and two portals, 'acme' and 'globex'."""
    site = "http://testserver/bitrix24"
    apps = [
        {
            **app,
            "name": app["code"],
            "install_url": f"{site}/install/",
            "app_url": f"{site}/app/",
            "events_url": f"{site}/events/",
        }
        for app in django_settings.BITRIX24_APPS
    ]
    portals = [{"name": "acme", "member_id": "a" * 32}, {"name": "globex", "member_id": "b" * 32}]
    with Bitrix24StandIn(port=0, apps=apps, portals=portals) as stand_in:
        settings.BITRIX24_OAUTH_SERVERS = [stand_in.base_url]
        settings.BITRIX24_JS_URL = f"{stand_in.base_url}/api/v1/"
        settings.BITRIX24_ALLOW_LOOPBACK = True
        yield stand_in


@pytest.fixture
def vies(settings: Any) -> Iterator[Any]:
    """A running stand-in of VIES that the shop asks."""
    cache.clear()
    with ViesStandIn() as stand_in:
        settings.VIES_API_BASE = stand_in.api_url
        yield stand_in


@pytest.fixture
def mails() -> Iterator[Any]:
    """A running stand-in of the mail company; the shop sends through django-anymail's Postmark backend."""
    with MailStandIn(port=0, server_token="sandbox-mail-token") as stand_in:
        yield stand_in


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Run inbox and outbox until nothing is due any more; returns the number of things done."""

    def run() -> int:
        total = 0
        for _ in range(20):
            done = process_due() + deliver_due()
            total += done
            if not done:
                break
        return total

    return run
