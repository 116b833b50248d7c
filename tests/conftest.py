"""Ground for all tests: a shop with something to sell, its customers, and running stand-ins."""

from __future__ import annotations

import gc
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect

from tests.recorded import built

PASSWORD = "correct horse battery"
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

# Playwright keeps an event loop in the main thread, which Django would otherwise take for an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# An example that a busy machine takes long over is no wrong one.
hypothesis_settings.register_profile("shop", deadline=None)
if not os.environ.get("CI"):  # there hypothesis has a profile of its own
    hypothesis_settings.load_profile("shop")

#: Files that take a minute and more. One that begins at the end leaves a worker alone with it.
LONG = (
    "test_accessibility.py",
    "test_crashes.py",
    "test_database_restart.py",
    "test_every_action.py",
    "test_worker_threads.py",
    "test_mails_of_a_year.py",
    "test_migrations.py",
    "test_upgrade.py",
)

#: Files that take ten seconds and more; with those above, the journeys, the races and whatever opens a browser they are
#: left to ``make test``. ``make check`` runs the rest.
SLOW = (
    *LONG,
    "test_access_matrix.py",
    "test_dashboard_writes_no_prices.py",
    "test_dead_links.py",
    "test_demo.py",
    "test_demo_history.py",
    "test_extend.py",
    "test_imports.py",
    "test_login_limits.py",
    "test_no_paid_day_is_lost.py",
    "test_odd_bodies.py",
    "test_periods.py",
    "test_production_settings.py",
    "test_renewals.py",
    "test_search.py",
    "test_setup_shop.py",
    "test_site.py",
    "test_snippets.py",
    "test_two_editors.py",
    "test_web_server.py",
)


def is_slow(item: pytest.Item) -> bool:
    """Whether ``make check`` leaves this test out."""
    opens_browser = not {"page", "browser", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))
    is_story = not {"journeys", "races"}.isdisjoint(item.path.parts)
    return opens_browser or is_story or item.path.name in SLOW


def pytest_itemcollected(item: pytest.Item) -> None:
    if is_slow(item):  # marked before -m chooses
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long stories begin first; of the journeys the marketers', who plan a sale that takes its time, and last the
    test that waits for it."""

    def is_long(item: pytest.Item) -> bool:
        return "journeys" in item.path.parts or item.path.name in LONG

    def rank(item: pytest.Item) -> int:
        if "journeys" not in item.path.parts:
            return 1 if is_long(item) else 4
        if item.get_closest_marker("waits"):
            return 3
        return 0 if item.path.name == "test_marketing.py" else 2

    items.sort(key=rank)
    # Whole stories in a browser and races depend on what else the machine does: once more, and every such rerun is
    # listed at the end of the run. Nothing else is ever run again.
    for item in items:
        if {"journeys", "races"}.intersection(item.path.parts):
            item.add_marker(pytest.mark.flaky(reruns=1))
    for item in filter(is_long, items):  # their set-up counts as well, and a machine may be four times slower
        item.add_marker(pytest.mark.timeout(1200))


def pytest_collection_finish() -> None:
    """All that is loaded by now stays: looking through it for garbage would stop shop and stand-ins for a third of a
    second, again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files to each worker, and all journeys to one: another would migrate and start a shop of its own."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "journeys" if nodeid.startswith("tests/journeys/") else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test finds in the cache what another left there, or has its tries counted together with another's."""
    from storefront.core import outage, throttle

    cache.clear()
    throttle.reset()
    outage.known.end()


@pytest.fixture
def pages_kept(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public pages and what surrounds all pages are kept, as in production; who changes something must let it be
    committed. However slow the machine is, the version is asked of the database once."""
    from storefront.core import content_version

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
        raise RuntimeError("no chromium: install Debian's package 'chromium' or set CHROMIUM to a browser")
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


@dataclass
class Shop:
    """One published product, tied to a portal, with two license types and four periods."""

    software: Any
    plans: list[Any]
    periods: list[Any]
    agreement: Any

    def term(self, plan_code: str = "standard", months: int = 12) -> Any:
        from catalogue.plans.models import PlanPrice

        return PlanPrice.objects.get(plan__software=self.software, plan__code=plan_code, months=months)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Every table numbers its rows from elsewhere, so that none is found by the number of another or by a guess.

    After a test with real transactions only the tables that it wrote are emptied, not all there are.
    """
    from django.test import TransactionTestCase

    from tests.rows import Ground, number_apart

    with django_db_blocker.unblock():
        number_apart()
        ground = Ground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: ground.restore())
        yield


@pytest.fixture
def wagtail_site(db: None) -> Any:
    """The site as it is when its migrations are done."""
    from wagtail.models import Site

    site = built(make_site)
    Site.clear_site_root_paths_cache()
    return site


def make_site() -> Any:
    """What Wagtail's and Oscar's data migrations would have made: locale, roots, site, home page, products index."""
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType
    from wagtail.models import Collection, Locale, Page, Site

    from cms.models import HomePage, ProductIndexPage

    Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root")
    home = HomePage.objects.first() or root.add_child(instance=HomePage(title="Home", slug="home", headline="Licenses"))
    if not ProductIndexPage.objects.exists():
        home.add_child(instance=ProductIndexPage(title="Products", slug="products"))
    site, _ = Site.objects.get_or_create(
        hostname="localhost", port=80, defaults={"root_page": home, "is_default_site": True}
    )
    kind, _ = ContentType.objects.get_or_create(app_label="wagtail_localize", model="translation")
    Permission.objects.get_or_create(content_type=kind, codename="submit_translation")
    return site


def make_software(slug: str = "yeastar-s-module", title: str = "Yeastar S-series module", **fields: Any) -> Any:
    """One software product with two license types, published, and its Wagtail page if the site exists."""
    from catalogue.models import Product, ProductClass
    from catalogue.plans.models import Plan, SoftwareProduct
    from catalogue.plans.publishing import publish
    from cms.models import ProductIndexPage, ProductPage

    product_class, _ = ProductClass.objects.get_or_create(
        name="Software license", defaults={"requires_shipping": False, "track_stock": False}
    )
    product = Product.objects.create(
        structure=Product.PARENT, title=title, slug=slug, product_class=product_class, is_public=True
    )
    fields = {"binding_kind": "portal", "bitrix24_app_code": "yeastar-s"} | fields
    software = SoftwareProduct.objects.create(product=product, **fields)
    for position, (code, name, price) in enumerate(
        [("standard", "Standard", "10.00"), ("pro", "Professional", "25.00")]
    ):
        Plan.objects.create(
            software=software,
            code=code,
            name=name,
            monthly_price=Decimal(price),
            position=position,
            features="Calls\nCRM",
        )
    publish(software)
    index = ProductIndexPage.objects.first()
    if index is not None:
        index.add_child(instance=ProductPage(title=title, slug=slug, software=software))
    return software


@pytest.fixture
def shop(wagtail_site: Any) -> Shop:
    return built(make_shop)


def make_shop() -> Shop:
    """A seller, an agreement, four periods, and one product."""
    from catalogue.plans.models import Agreement, Period
    from storefront.billing.models import Seller

    Seller.objects.create(name="Northbridge Software Ltd", address="1 Harbour Street\nLondon")
    agreement = Agreement.objects.create(
        name="Public license agreement", slug="license-agreement", body="<h2>1. Subject</h2><p>The license.</p>"
    )
    for months, discount in ((1, 0), (3, 5), (6, 10), (12, 20)):
        Period.objects.create(months=months, discount_percent=Decimal(discount))
    software = make_software(agreement=agreement)
    return Shop(software, list(software.plans.all()), list(Period.objects.all()), agreement)


@pytest.fixture
def make_customer(db: None) -> Callable[..., Any]:
    def make(email: str = "buyer@example.com", **fields: Any) -> Any:
        from storefront.users.models import User

        return User.objects.create_user(email=email, password=PASSWORD, name=fields.pop("name", "Ada Buyer"), **fields)

    return make


@pytest.fixture
def customer(make_customer: Callable[..., Any]) -> Any:
    return make_customer()


@pytest.fixture
def stripe(settings: Any) -> Iterator[Any]:
    """A running Stripe stand-in the shop's settings point at. Webhooks go nowhere unless ``webhook_url`` is set."""
    from storefront.sandbox.stripe import StripeStandIn

    stand_in = StripeStandIn(port=0, api_key="sk_test_sandbox", webhook_secret="whsec_sandbox", webhook_url="")
    with stand_in:
        settings.STRIPE_API_KEY = "sk_test_sandbox"
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_sandbox"]
        settings.STRIPE_API_BASE = stand_in.base_url
        yield stand_in


@pytest.fixture
def bitrix24(settings: Any) -> Iterator[Any]:
    """A running Bitrix24 stand-in: authorization server and two portals, 'acme' and 'globex'."""
    from storefront.sandbox.bitrix24 import Bitrix24StandIn

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
def mails() -> Iterator[Any]:
    """A running stand-in of the mail company; the shop sends through django-anymail's Postmark backend."""
    from storefront.sandbox.mail import MailStandIn

    with MailStandIn(port=0, server_token="sandbox-mail-token") as stand_in:
        yield stand_in


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Run inbox and outbox until nothing is due any more; returns the number of things done."""

    def run() -> int:
        from storefront.inbox.processing import process_due
        from storefront.notifications.outbox import deliver_due

        total = 0
        for _ in range(20):
            done = process_due() + deliver_due()
            total += done
            if not done:
                break
        return total

    return run
