"""Agreements as a marketer keeps them: drafts, previews, versions, translations."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation

from catalogue.plans.models import Agreement, AgreementVersion, SoftwareProduct
from checkout.models import Consent
from cms import schedule
from storefront.core import clock
from tests import purchases

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"wagtailsnippets_plans_agreement:{name}", args=args)


def rich(text: str) -> str:
    """What the editor sends for one paragraph."""
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


def form(agreement: Agreement, text: str, **fields: str) -> dict[str, str]:
    values = {"name": agreement.name, "slug": agreement.slug, "body": rich(text), "go_live_at": "", "expire_at": ""}
    return values | fields


def bodies(language: str = "en") -> list[str]:
    versions = AgreementVersion.objects.filter(agreement__locale__language_code=language).order_by("number")
    return [version.body for version in versions]


def test_publishing_makes_one_version_and_a_draft_none(marketer: Any, shop: Any) -> None:
    edit = address("edit", shop.agreement.pk)
    response = marketer.post(edit, form(shop.agreement, "Changed."))
    assert response.status_code == 302, response.context["form"].errors
    assert len(bodies()) == 1
    assert "Changed." not in marketer.get("/agreements/license-agreement/").content.decode()
    marketer.post(edit, form(shop.agreement, "Changed.") | {"action-publish": "1"})
    marketer.post(edit, form(shop.agreement, "Changed.") | {"action-publish": "1"})
    assert len(bodies()) == 2, "the same text again is no other version"
    assert "Changed." in marketer.get("/agreements/license-agreement/").content.decode()
    old = marketer.get("/agreements/license-agreement/1/").content.decode()
    assert "The license." in old and "replaced by a newer one" in old


def test_form_lists_the_versions_with_those_who_accepted_them(marketer: Any, shop: Any, customer: Any) -> None:
    first = AgreementVersion.objects.get()
    order = purchases.order(customer, shop).order
    Consent.objects.create(order=order, customer=customer, version=first, number=1, text=first.body, language="en")
    edit = address("edit", shop.agreement.pk)
    marketer.post(edit, form(shop.agreement, "Second.") | {"action-publish": "1"})
    marketer.post(edit, form(shop.agreement, "Third."))
    html = marketer.get(edit).content.decode()
    assert html.index("/agreements/license-agreement/2/") < html.index("/agreements/license-agreement/1/")
    assert "1 order" in html and "0 orders" in html
    compare = address("revisions_compare", shop.agreement.pk, "live", "latest")
    assert compare in html
    shown = marketer.get(compare).content.decode()
    assert "Second." in shown and "Third." in shown
    assert Consent.objects.get().version == first


def test_published_versions_are_compared_whether_or_not_their_drafts_are_kept(marketer: Any, shop: Any) -> None:
    edit = address("edit", shop.agreement.pk)
    marketer.post(edit, form(shop.agreement, "Second.") | {"action-publish": "1"})
    shop.agreement.revisions.all().delete()
    compare = address("versions_compare", shop.agreement.pk, 1, 2)
    html = marketer.get(edit).content.decode()
    assert compare in html and html.count("Compare with version") == 1, "the first one replaced none"
    shown = marketer.get(compare).content.decode()
    assert "Version 1 and version 2" in shown
    assert '<span class="deletion">1. Subject<br>The license.</span><span class="addition">Second.</span>' in shown
    assert marketer.get(address("versions_compare", shop.agreement.pk, 1, 3)).status_code == 404
    marketer.logout()
    assert marketer.get(compare).status_code == 302


def test_preview_is_the_page_that_buyers_will_read(marketer: Any, shop: Any) -> None:
    url = address("preview_on_edit", shop.agreement.pk)
    assert marketer.post(url, form(shop.agreement, "As it will be.")).json()["is_valid"]
    html = marketer.get(url).content.decode()
    assert "As it will be." in html and "Version 2" in html and "site-footer" in html
    assert len(bodies()) == 1
    russian = Agreement.objects.create(
        name="Лицензия", slug="license-agreement", body="<p>Текст.</p>", live=False,
        locale=Locale.objects.create(language_code="ru"), translation_key=shop.agreement.translation_key,
    )  # fmt: skip
    url = address("preview_on_edit", russian.pk)
    marketer.post(url, form(russian, "Как будет."))
    assert '<html lang="ru"' in marketer.get(url).content.decode()


def test_scheduled_text_comes_into_force_by_itself(marketer: Any, shop: Any) -> None:
    start = clock.now() + timedelta(days=1)
    data = form(shop.agreement, "From tomorrow.", go_live_at=start.strftime("%Y-%m-%d %H:%M"))
    assert marketer.post(address("edit", shop.agreement.pk), data | {"action-publish": "1"}).status_code == 302
    schedule.publish_due()
    assert len(bodies()) == 1
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        schedule.publish_due()
        schedule.publish_due()
    assert [("From tomorrow." in body) for body in bodies()] == [False, True]


def test_agreement_in_use_is_neither_unpublished_nor_deleted(marketer: Any, shop: Any, admin_client: Any) -> None:
    edit = address("edit", shop.agreement.pk)
    assert address("unpublish", shop.agreement.pk) not in marketer.get(edit).content.decode()
    for name in ("unpublish", "delete"):
        response = admin_client.post(address(name, shop.agreement.pk), follow=True)
        assert response.redirect_chain[-1][0] == edit
    assert "was published and cannot be deleted" in response.content.decode()
    assert Agreement.objects.get().live
    data = form(shop.agreement, "x", expire_at="2090-01-01 00:00") | {"action-publish": "1"}
    assert "does not expire" in str(marketer.post(edit, data).context["form"].errors["expire_at"])
    SoftwareProduct.objects.update(agreement=None)
    assert address("unpublish", shop.agreement.pk) in marketer.get(edit).content.decode()


@pytest.fixture
def admin_client(make_customer: Any) -> Any:
    from django.test import Client

    user = make_customer("admin@example.com")
    user.is_staff = user.is_superuser = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_address_is_taken_once_and_stays_once_published(marketer: Any, shop: Any) -> None:
    other = Agreement(name="Other", slug=shop.agreement.slug)
    refused = marketer.post(address("add"), form(other, "x"))
    assert "Another agreement has this address already." in str(refused.context["form"].errors["slug"])
    data = form(shop.agreement, "Changed.", slug="elsewhere") | {"action-publish": "1"}
    marketer.post(address("edit", shop.agreement.pk), data)
    assert marketer.get("/agreements/license-agreement/").status_code == 200
    assert marketer.get("/agreements/elsewhere/").status_code == 404


def test_translation_has_versions_of_its_own(marketer: Any, shop: Any, django_capture_on_commit_callbacks: Any) -> None:
    russian = Locale.objects.create(language_code="ru")
    submit = reverse("wagtail_localize:submit_snippet_translation", args=["plans", "agreement", shop.agreement.pk])
    assert submit in marketer.get(address("edit", shop.agreement.pk)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert marketer.post(submit, {"locales": [russian.pk]}).status_code == 302
    assert bodies("ru") == [], "nothing is in force before somebody has translated it"
    assert "The license." in marketer.get("/ru/agreements/license-agreement/").content.decode()
    made = Translation.objects.get()
    for segment in made.source.stringsegment_set.filter(string__data="The license."):
        StringTranslation.objects.create(
            translation_of=segment.string, context=segment.context, locale=russian, data="Лицензия."
        )
    translated = Agreement.objects.get(locale=russian)
    assert translated.slug == shop.agreement.slug
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert marketer.post(address("edit", translated.pk), {"action": "publish"}).status_code == 302
    assert [("Лицензия." in body) for body in bodies("ru")] == [True]
    assert len(bodies("en")) == 1
    assert "Лицензия." in marketer.get("/ru/agreements/license-agreement/").content.decode()


def test_who_may_not_change_agreements_may_not_compare_their_versions(
    client: Client, shop: Any, make_customer: Any
) -> None:
    person = make_customer("support@example.com")
    person.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(person)
    assert client.get(address("versions_compare", shop.agreement.pk, 1, 1)).status_code == 403
