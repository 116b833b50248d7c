"""Which tests run first, which are left out by ``make check``, and which worker gets them."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import pytest

#: Files that take a minute and more, by folder and name. One that begins at the end leaves a worker alone with it.
LONG = (
    "account/test_accessibility.py",
    "backoffice/test_access_matrix.py",
    "backoffice/test_every_page.py",
    "billing/test_payments_migration.py",
    "cms/test_every_action.py",
    "cms/test_page_cache.py",
    "races/test_crashes.py",
    "races/test_paypal_crashes.py",
    "races/test_twocheckout_crashes.py",
    "races/test_database_restart.py",
    "races/test_migrations.py",
    "races/test_refund_crashes.py",
    "races/test_worker_threads.py",
    "upgrade/test_upgrade.py",
)

#: Files that take ten seconds and more; with those above, the journeys, the races and whatever opens a browser they are
#: left to ``make test``. ``make check`` runs the rest.
SLOW = (
    *LONG,
    "account/test_access_matrix.py",
    "backoffice/test_refunds.py",
    "backoffice/test_trade_lists.py",
    "backoffice/test_two_currencies.py",
    "billing/test_breaker.py",
    "billing/test_disputes.py",
    "billing/test_license_terms_migration.py",
    "billing/test_webhooks.py",
    "checkout/test_cart.py",
    "checkout/test_currencies.py",
    "checkout/test_kept_fields.py",
    "checkout/test_one_total.py",
    "checkout/test_reminders.py",
    "checkout/test_taxes.py",
    "checkout/test_unpaid.py",
    "cms/test_agreements.py",
    "cms/test_articles.py",
    "cms/test_dead_links.py",
    "cms/test_demo.py",
    "cms/test_demo_history.py",
    "cms/test_numbers.py",
    "cms/test_shared_pages.py",
    "cms/test_structured_data.py",
    "cms/test_tax_settings.py",
    "cms/test_two_editors.py",
    "cms/test_two_editors_admin.py",
    "core/test_production_settings.py",
    "core/test_worker_threads.py",
    "customers/test_timeline.py",
    "gateways/test_stripe.py",
    "inbox/test_odd_bodies.py",
    "licensing/test_mails_of_a_year.py",
    "licensing/test_no_paid_day_is_lost.py",
    "licensing/test_periods.py",
    "licensing/test_staff_life.py",
    "licensing/test_whole_orders.py",
    "renewals/test_refusals.py",
    "renewals/test_renewing.py",
    "renewals/test_three_years.py",
    "reports/test_accounting.py",
    "reports/test_report_pages.py",
    "reports/test_sums.py",
    "sandbox/test_stripe_shapes.py",
    "users/test_imports.py",
    "users/test_login_limits.py",
)


def is_one_of(files: tuple[str, ...], item: pytest.Item) -> bool:
    return f"{item.path.parent.name}/{item.path.name}" in files


def is_slow(item: pytest.Item) -> bool:
    """Whether ``make check`` leaves this test out."""
    opens_browser = not {"page", "page_of", "browser", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))
    is_story = not {"journeys", "races"}.isdisjoint(item.path.parts)
    return opens_browser or is_story or is_one_of(SLOW, item)


def pytest_itemcollected(item: pytest.Item) -> None:
    if is_slow(item):  # marked before -m chooses
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long stories begin first, and slow files before quick ones; of the journeys the marketers', who plan a sale
    that takes its time, and last the test that waits for it."""

    def is_long(item: pytest.Item) -> bool:
        return "journeys" in item.path.parts or is_one_of(LONG, item)

    def rank(item: pytest.Item) -> int:
        if "journeys" not in item.path.parts:
            return 1 if is_long(item) else 4 if is_one_of(SLOW, item) else 5
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


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded here stays: looking through it for garbage would take a tenth of the time now, and later stop
    shop and stand-ins for a third of a second, again and again. What tests leave behind is looked for more rarely than
    Python does by itself."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files to each worker, and all journeys to one: another would migrate and start a shop of its own."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "journeys" if nodeid.startswith("tests/journeys/") else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Why each test that was run again had failed: that it passed then says nothing about it."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"why {report.nodeid} was run again ({report.when})", sep="-")
        terminalreporter.write_line(report.longreprtext[-4000:])
