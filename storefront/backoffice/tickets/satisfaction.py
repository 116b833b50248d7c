"""How content customers were, by department and by person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from storefront.backoffice.pages import DetailPage
from storefront.backoffice.tickets.page import LIST
from storefront.core import clock
from storefront.support import figures, rights

DAYS = (30, 90, 365)
MOST_WORDS = 20


class Satisfaction(DetailPage):
    template_name = "backoffice/tickets/satisfaction.html"
    permissions = rights.SEE
    page_title = _("Satisfaction")
    header_icon = "clipboard-list"
    crumbs = (LIST,)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        asked = self.request.GET.get("days", "")
        days = next((each for each in DAYS if asked == str(each)), DAYS[0])
        since = clock.now() - timedelta(days=days)
        return context | {
            "all": figures.of_all(since),
            "departments": figures.by_department(since),
            "people": figures.by_person(since),
            "said": list(figures.said(since, most=MOST_WORDS)),
            "periods": [{"days": each, "label": _days(each), "is_current": each == days} for each in DAYS],
        }


def _days(count: int) -> str:
    return ngettext("The last %(count)d day", "The last %(count)d days", count) % {"count": count}
