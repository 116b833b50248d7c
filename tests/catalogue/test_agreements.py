"""Agreements: every text that was ever in force stays readable."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.plans.agreements import publish_version
from catalogue.plans.models import Agreement, AgreementVersion


@pytest.fixture
def agreement(wagtail_site: Any) -> Agreement:
    return Agreement.objects.create(name="License agreement", slug="license", body="<p>First text.</p>")


def test_saving_a_new_agreement_makes_its_first_version(agreement: Agreement) -> None:
    version = agreement.versions.latest("number")
    assert (version.number, version.body) == (1, "<p>First text.</p>")
    assert version.sha256 == AgreementVersion.digest("<p>First text.</p>")


def test_saving_the_same_text_makes_no_version(agreement: Agreement) -> None:
    agreement.save()
    publish_version(agreement)
    assert agreement.versions.count() == 1


def test_changed_text_makes_a_version_and_leaves_the_old_one_alone(agreement: Agreement) -> None:
    agreement.body = "<p>Second text.</p>"
    agreement.save()
    assert [(v.number, v.body) for v in agreement.versions.order_by("number")] == [
        (1, "<p>First text.</p>"),
        (2, "<p>Second text.</p>"),
    ]


def test_anyone_reads_the_text_in_force_and_the_earlier_ones(agreement: Agreement, client: Any) -> None:
    agreement.body = "<p>Second text.</p>"
    agreement.save()
    now = client.get("/agreements/license/").content.decode()
    assert "Second text." in now
    assert "/agreements/license/1/" in now
    old = client.get("/agreements/license/1/").content.decode()
    assert "First text." in old
    assert "replaced by a newer one" in old


@pytest.mark.parametrize("path", ["/agreements/nothing/", "/agreements/license/7/", "/agreements/license/0/"])
def test_unknown_agreement_is_not_found(agreement: Agreement, client: Any, path: str) -> None:
    assert client.get(path).status_code == 404
