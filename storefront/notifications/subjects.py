"""The subject of a mail that waits in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.utils import translation

from storefront.core.language import nearest_language
from storefront.notifications import values
from storefront.notifications.delivery import rendered


def subject(payload: Mapping[str, Any]) -> str:
    """The subject of a stored mail, in its reader's language; "" where its template is gone."""
    words = values.unpack(payload["context"]) | {"shop_name": settings.SHOP_NAME}
    try:
        with translation.override(nearest_language(payload["language"])):
            return values.one_line(rendered(payload["template"], "subject.txt", words))
    except TemplateDoesNotExist:
        return ""
