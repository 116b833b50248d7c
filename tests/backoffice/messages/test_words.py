"""No mail and no source is listed by its technical name."""

from __future__ import annotations

from django.conf import settings

from storefront.backoffice.messages import words
from storefront.inbox.labels import SOURCES
from tests.notifications.every_mail import EVERY


def test_every_mail_and_every_source_has_words() -> None:
    assert EVERY.keys() - words.MAILS.keys() == set()
    assert set(settings.INBOX_SOURCES) - {"test"} <= SOURCES.keys()
