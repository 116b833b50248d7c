"""Which tests run first, which are left out by ``make check``, and which worker gets them."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import pytest

#: Files that take a minute and more. One that begins at the end leaves a worker alone with it.
LONG = (
    "test_accessibility.py",
    "test_crashes.py",
    "test_database_restart.py",
    "test_every_action.py",
    "test_every_page.py",
    "test_worker_threads.py",
    "test_migrations.py",
    "test_upgrade.py",
)

#: Files that take ten seconds and more; with those above, the journeys, the races and whatever opens a browser they are
#: left to ``make test``. ``make check`` runs the rest.
SLOW = (
    *LONG,
    "test_access_matrix.py",
    "test_dead_links.py",
    "test_demo.py",
    "test_demo_history.py",
    "test_disputes.py",
    "test_extend.py",
    "test_imports.py",
    "test_license_terms_migration.py",
    "test_login_limits.py",
    "test_mails_of_a_year.py",
    "test_no_paid_day_is_lost.py",
    "test_odd_bodies.py",
    "test_page_cache.py",
    "test_pages_in_portal.py",
    "test_payments_migration.py",
    "test_report_pages.py",
    "test_sums.py",
    "test_periods.py",
    "test_production_settings.py",
    "test_reminders.py",
    "test_renewals.py",
    "test_search.py",
    "test_setup_shop.py",
    "test_shared_pages.py",
    "test_silent_portals.py",
    "test_site.py",
    "test_snippets.py",
    "test_stripe.py",
    "test_stripe_stand_in.py",
    "test_structured_data.py",
    "test_two_editors.py",
    "test_unpaid.py",
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
