"""Who did what: every act of staff and every save in the editor, with the values before and after."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import post_migrate, pre_migrate
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from catalogue.plans.models import Period
from cms.permissions import ensure_role
from storefront.backoffice import history
from storefront.backoffice.db_triggers import FROZEN_TABLES
from storefront.billing.models import Seller
from storefront.users import roles
from tests.cms.editing import sent_back

pytestmark = pytest.mark.django_db


def save(client: Client, path: str, **typed: Any) -> None:
    form = sent_back(client.get(path).content.decode()) | typed
    response = client.post(path, form)
    assert response.status_code == 302, response.context["form"].errors


def changed() -> dict[str, Any]:
    """What the last save changed."""
    data = ModelLogEntry.objects.filter(action="cms.change_values").latest("pk").data
    return {name: (data["before"][name], data["after"][name]) for name in data["before"]}


def test_a_changed_seller_is_kept_with_its_values_before(client_of: Callable[[str], Client], shop: Any) -> None:
    seller = Seller.objects.get()
    before = seller.bank_details
    path = reverse("wagtailsnippets_billing_seller:edit", args=[seller.pk])
    save(client_of("Accounting"), path, bank_details="IBAN DE00")
    assert changed() == {"Bank details": (before, "IBAN DE00")}


def test_owners_are_mailed_where_the_money_goes_now_and_who_changed_it(
    client_of: Callable[[str], Client], staff: Any, shop: Any, run_jobs: Callable[[], Any]
) -> None:
    owner, path = staff("Owner"), reverse("wagtailsnippets_billing_seller:edit", args=[Seller.objects.get().pk])
    save(client_of("Accounting"), path, bank_details="IBAN DE00")
    run_jobs()
    (told,) = (message for message in mail.outbox if message.to == [owner.email])
    assert "IBAN DE00" in told.body and "Accounting Person" in told.body


def test_the_seller_needs_a_fresh_log_in(staff: Any, client: Client, shop: Any) -> None:
    path = reverse("wagtailsnippets_billing_seller:edit", args=[Seller.objects.get().pk])
    client.force_login(staff("Accounting"))
    assert client.get(path)["Location"].startswith(reverse("account_reauthenticate"))
    client.force_login(staff("Marketers"))
    assert client.get(path).status_code == 403


def test_a_changed_discount_of_a_period_is_kept(client_of: Callable[[str], Client], shop: Any) -> None:
    period = Period.objects.filter(software=None, months=12).get()
    path = reverse("wagtailsnippets_plans_period:edit", args=[period.pk])
    save(client_of("Marketers"), path, discount_percent="33")
    (values,) = changed().values()
    assert values[1] == "33.00"


def test_a_save_that_changes_nothing_leaves_no_entry(client_of: Callable[[str], Client], shop: Any) -> None:
    period = Period.objects.filter(software=None, months=12).get()
    save(client_of("Marketers"), reverse("wagtailsnippets_plans_period:edit", args=[period.pk]))
    assert not ModelLogEntry.objects.filter(action="cms.change_values").exists()


def test_rights_given_and_taken_are_kept_by_name(client_of: Callable[[str], Client], shop: Any) -> None:
    group = ensure_role(roles.READ_ONLY)
    path = reverse("wagtailusers_groups:edit", args=[group.pk])
    owner = client_of("Owner")
    form = sent_back(owner.get(path).content.decode())
    taken = str(group.permissions.get(codename="view_user").pk)
    form["permissions"] = [pk for pk in form["permissions"] if pk != taken]
    assert owner.post(path, form).status_code == 302
    ((before, after),) = changed().values()
    assert "user" in before and after == ""


@pytest.fixture
def trade(staff: Callable[..., Any], customer: Any, shop: Any) -> Any:
    """An act on a customer, one on a license's money, a page saved."""
    support, accounting = staff("Support", "actor"), staff("Accounting", "actor")
    history.record(customer, "customers.close", by=support, reason="Asked for it", customer=customer)
    history.record(
        Seller.objects.get(), "customers.close", by=accounting, before={"Tax number": "1"}, after={"Tax number": "2"}
    )
    Page.objects.get(slug="home").specific.save_revision(user=support, log_action=True)
    return support


def test_the_history_shows_all_kinds_and_can_be_filtered(client_of: Any, trade: Any, customer: Any) -> None:
    reader = client_of("Read-only")

    def shown(**asked: str) -> str:
        response = reader.get("/admin/history/", asked)
        assert response.status_code == 200
        body: str = response.content.decode()
        return body[body.index("<tbody>") :] if "<tbody>" in body else ""

    everything = shown()
    assert "Asked for it" in everything and "Tax number: 1 → 2" in everything and "Home" in everything
    assert "Asked for it" in shown(user=str(trade.pk)) and "Tax number" not in shown(user=str(trade.pk))
    assert "Tax number" in shown(subject="money") and "Asked for it" not in shown(subject="money")
    assert "Home" in shown(subject="site") and "Asked for it" not in shown(subject="site")
    only = shown(customer=customer.email)
    assert "Asked for it" in only and "Tax number" not in only and "Home" not in only
    assert "Tax number" in shown(is_changed="yes") and "Asked for it" not in shown(is_changed="yes")
    assert shown(timestamp_from="2020-01-01", timestamp_to="2020-01-02") == ""


def test_an_act_that_nobody_knows_any_more_is_shown_by_its_name(client_of: Any, trade: Any) -> None:
    ModelLogEntry.objects.filter(action="customers.close").update(action="fax.send")
    assert "fax.send" in client_of("Read-only").get("/admin/history/").content.decode()


def test_the_history_is_exported(client_of: Any, trade: Any) -> None:
    response = client_of("Accounting").get("/admin/history/", {"export": "xlsx"})
    content = response.getvalue() if response.streaming else response.content
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0] == ("When", "Who", "What", "Thing", "Type", "Before and after", "Reason")
    assert any("Tax number: 1 → 2" in str(row[5]) for row in rows)


def test_the_number_of_queries_is_fixed(client_of: Any, trade: Any, customer: Any) -> None:
    reader = client_of("Read-only")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            reader.get("/admin/history/")
        return len(queries)

    asked()
    few = asked()
    for _ in range(20):
        history.record(customer, "customers.close", by=trade, reason="again", customer=customer)
    assert asked() == few


def test_an_export_of_any_length_takes_the_same_queries(client_of: Any, trade: Any, customer: Any) -> None:
    reader = client_of("Read-only")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            lines = reader.get("/admin/history/", {"export": "csv"}).getvalue().decode().splitlines()
        assert len(lines) == 1 + ModelLogEntry.objects.count() + PageLogEntry.objects.count()
        return len(queries)

    asked()
    few = asked()
    for _ in range(20):
        history.record(customer, "customers.close", by=trade, reason="again", customer=customer)
    assert asked() == few


@pytest.mark.parametrize("log", [ModelLogEntry, PageLogEntry])
def test_the_database_refuses_to_change_or_delete_an_entry(trade: Any, log: Any) -> None:
    is_refused_by_the_database(trade, log)


def is_refused_by_the_database(person: Any, log: Any) -> None:
    """Run on PostgreSQL too, from tests/races. ``person`` has an entry in each log."""
    assert log.objects.update(label="another") > 0  # without the triggers, which come with a migration
    FROZEN_TABLES.install(connection)
    for forbidden in (lambda: log.objects.update(action="x"), lambda: log.objects.filter(user=person).delete()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            forbidden()
    log.objects.update(content_type=None)  # as when a model is removed
    Page.objects.get(slug="home").specific.save_revision(user=person, log_action=True)  # Wagtail's own ways go on
    Page.objects.get(slug="home").delete()
    person.delete()
    assert log.objects.filter(user_id__isnull=False).exists()


def test_wagtails_migrations_find_no_triggers_in_their_way(db: None) -> None:
    def triggers() -> int:
        source = {"sqlite": "sqlite_master WHERE type = 'trigger'", "postgresql": "pg_trigger"}[connection.vendor]
        name = {"sqlite": "name", "postgresql": "tgname"}[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name} FROM {source}")
            return len(FROZEN_TABLES.trigger_names().intersection(row[0] for row in cursor.fetchall()))

    FROZEN_TABLES.install(connection)
    app = apps.get_app_config("backoffice")
    plan = [(SimpleNamespace(app_label="wagtailcore"), False)]
    told = {"sender": app, "using": connection.alias, "app_config": app, "plan": plan}
    assert triggers() == 4
    pre_migrate.send(**told)
    assert triggers() == 0
    post_migrate.send(**told, apps=apps, verbosity=0, interactive=False)
    assert triggers() == 4


def test_there_is_one_history_in_the_menu(client_of: Any) -> None:
    body = client_of("Owner").get("/admin/").content.decode()
    assert "Who did what" in body and "/admin/reports/site-history/" not in body
    assert "Who did what" not in client_of("Support").get("/admin/").content.decode()
