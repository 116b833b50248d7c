"""A customer's copy of their data: everything that is held about them, nothing about others, for them alone."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from django.core import mail
from django.test import Client

from storefront.core import clock
from storefront.notifications import addresses
from storefront.users.data_protection import erasures, exports, requests
from storefront.users.models import DataRequest, DataRequestStatus
from tests.users.erasing import EMAIL, NAME, customer_with_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def private_files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}}
    return tmp_path / "private"


@pytest.fixture
def asker(shop: Any, stripe: Any, private_files: Any, make_customer: Any) -> Any:
    return customer_with_everything(shop, stripe, make_customer("staff@example.com", name="Sam Staff"))


@pytest.fixture
def browser(asker: Any) -> Client:
    client = Client()
    client.force_login(asker)
    return client


def unzipped(client: Client) -> tuple[dict[str, Any], ZipFile]:
    page = client.get("/account/data/")
    archive = ZipFile(BytesIO(b"".join(client.get(f"/account/data/copy/{page.context['copy'].public_id}/"))))
    tables: dict[str, Any] = {}
    for name in archive.namelist():
        if name.endswith(".json"):
            tables |= json.loads(archive.read(name))
    return tables, archive


def test_it_holds_everything_about_the_asker_and_nothing_about_others(browser: Client, run_jobs: Any) -> None:
    assert browser.post("/account/data/copy/").status_code == 302
    addresses.cleared(EMAIL)
    exports.make_due()
    run_jobs()
    assert [letter.subject for letter in mail.outbox if letter.to == [EMAIL]][-1].startswith("The copy of your data")
    tables, archive = unzipped(browser)
    text = json.dumps(tables)
    assert tables["users.User"][0]["name"] == NAME and "password" not in tables["users.User"][0]
    for model in ("billing.Invoice", "billing.Payment", "licensing.License", "checkout.Consent", "backoffice.LogIn",
                  "support.Message", "backoffice.StaffNote", "notifications.OutboxMessage", "order.Order"):  # fmt: skip
        assert tables[model], model
    assert {row["text"] for row in tables["backoffice.StaffNote"]} == {f"{NAME} wants a discount."}
    (letter,) = [name for name in archive.namelist() if name.startswith("tickets/")]
    assert archive.read(letter) == b"From Zebulon."
    assert "staff@example.com" not in text and "My colleague" not in text and "secret" not in text
    papers = [name.rpartition(".")[2] for name in archive.namelist() if name.startswith("documents/")]
    assert sorted(papers) == ["pdf", "xml", "xml"]
    assert b"Left out" in archive.read("README.txt")


def test_it_is_for_the_asker_alone_for_a_week_and_one_at_a_time(
    browser: Client, asker: Any, make_customer: Any, settings: Any, private_files: Path
) -> None:
    browser.post("/account/data/copy/")
    browser.post("/account/data/copy/")
    (asked,) = DataRequest.objects.all()
    exports.make_due()
    asked.refresh_from_db()
    url = f"/account/data/copy/{asked.public_id}/"
    stranger = Client()
    assert stranger.get(url).status_code == 302
    stranger.force_login(make_customer("other@example.com"))
    assert stranger.get(url).status_code == 404
    assert browser.get(url).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=settings.EXPORT_KEEP_DAYS, minutes=1)):
        exports.clear_old()
    assert browser.get(url).status_code == 404
    assert not list(private_files.rglob("*.zip"))
    for _ in range(3):
        DataRequest.objects.update(status=DataRequestStatus.DONE)
        answer = browser.post("/account/data/copy/")
    assert answer.status_code == 429


def test_a_worker_that_was_killed_leaves_nothing_behind(
    browser: Client, private_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.post("/account/data/copy/")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(exports.mails, "ready", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        exports.make_due()
    assert DataRequest.objects.get().status == DataRequestStatus.WAITING
    with time_machine.travel(clock.now() + exports.LEASE):
        assert exports.make_due() == 1
    assert len(list(private_files.rglob("*.zip"))) == 1


def test_the_customer_asks_for_the_erasure_with_the_password_and_the_e_mail(browser: Client, asker: Any) -> None:
    from tests.factories import PASSWORD

    away = browser.get("/account/data/erase/")
    assert away.status_code == 302 and "reauthenticate" in away["Location"]
    assert browser.post(away["Location"], {"password": PASSWORD}).status_code == 302
    page = browser.get("/account/data/erase/")
    assert page.status_code == 200 and str(asker.pk) in page.content.decode()
    wrong = browser.post("/account/data/erase/", {"email": "else@example.com", "licenses": "end"})
    assert wrong.status_code == 422 and not DataRequest.objects.exists()
    assert browser.post("/account/data/erase/", {"email": EMAIL}).status_code == 422  # licenses were not answered
    assert browser.post("/account/data/erase/", {"email": EMAIL, "licenses": "end"}).status_code == 302
    assert DataRequest.objects.get().ends_licenses is True
    assert "Keep the account" in browser.get("/account/data/").content.decode()
    assert erasures.erase_due() == 0


def test_nobody_who_has_not_shown_that_the_account_is_theirs_gets_or_erases_anything(
    browser: Client, asker: Any
) -> None:
    asker.set_unusable_password()
    asker.save()
    asker.emailaddress_set.update(verified=False)
    asker.authenticator_set.all().delete()
    browser.force_login(asker)
    assert "Set a password first" in browser.get("/account/data/").content.decode()
    browser.post("/account/data/copy/")
    assert browser.get("/account/data/erase/").status_code == 302
    assert not DataRequest.objects.exists()
    assert requests.of(asker) == []
