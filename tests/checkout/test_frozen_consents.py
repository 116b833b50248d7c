"""What a buyer agreed to stays as it was: the database refuses to change it, and the auditor would notice.

The triggers come with migrations; the tests build their tables without them, so they are installed here.
Run on PostgreSQL too, from tests/races.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from catalogue.plans import db_triggers as plans
from catalogue.plans.agreements import publish_version
from catalogue.plans.models import AgreementVersion
from checkout import db_triggers
from checkout.audit import checks
from checkout.models import Consent
from tests import purchases

pytestmark = pytest.mark.django_db
FROZEN_TABLES = (db_triggers.FROZEN_TABLES, plans.FROZEN_TABLES)


@pytest.fixture
def consent(customer: Any, shop: Any) -> Consent:
    version = shop.agreement.versions.latest("number")
    return Consent.objects.create(
        order=purchases.order(customer, shop).order, customer=customer, version=version, name=version.name,
        number=version.number, text=version.body, sha256=version.sha256, language="en",
    )  # fmt: skip


@pytest.fixture
def frozen(consent: Consent) -> Iterator[Consent]:
    for records in FROZEN_TABLES:
        records.install(connection)
    yield consent
    for records in FROZEN_TABLES:
        records.remove(connection)


CHANGES = [
    (Consent, {"text": "Another"}),
    (Consent, {"sha256": "0" * 64}),
    (Consent, {"accepted_at": "2020-01-01T00:00Z"}),
    (Consent, {"ip_address": "203.0.113.9"}),
    (AgreementVersion, {"body": "Another"}),
    (AgreementVersion, {"sha256": "0" * 64}),
    (AgreementVersion, {"number": 7}),
]


@pytest.mark.parametrize(
    ("model", "change"), CHANGES, ids=lambda part: getattr(part, "__name__", None) or "+".join(part)
)
def test_what_was_agreed_to_is_never_changed(frozen: Consent, model: Any, change: Any) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.parametrize("table", ["checkout_consent", "plans_agreementversion"])
def test_what_was_agreed_to_is_never_deleted(frozen: Consent, table: str) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_a_new_version_is_published_beside_the_old_one(frozen: Consent, shop: Any) -> None:
    shop.agreement.body = "<p>A new text.</p>"
    shop.agreement.save()
    publish_version(shop.agreement)
    assert AgreementVersion.objects.filter(agreement=shop.agreement).count() == 2
    assert list(checks()) == []


@pytest.mark.parametrize(("model", "change"), CHANGES[:2] + CHANGES[4:])
def test_the_auditor_notices_a_text_that_is_not_its_hash(consent: Consent, model: Any, change: Any) -> None:
    assert list(checks()) == []
    model.objects.update(**change)
    assert list(checks()) != []
