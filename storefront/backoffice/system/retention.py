"""The page 'How long data is kept': every rule, and when it was last carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice.pages import DetailPage
from storefront.backoffice.system import words
from storefront.core import job_states
from storefront.core.models import ScheduledJob

VIEW_HEALTH = "core.view_health"


@dataclass(frozen=True, slots=True)
class Rule:
    """``kept``: how long, in words; ``setting``: what changes it; ``row``: the job that deletes, None before it ran."""

    what: str
    kept: str
    setting: str
    row: ScheduledJob | None = None
    has_failed: bool = False


class Retention(DetailPage):
    permissions = (VIEW_HEALTH,)
    template_name = "backoffice/system/retention.html"
    page_title = gettext_lazy("How long data is kept")
    header_icon = "bin"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"rules": [*self._rules(), self._records()]}

    def _rules(self) -> list[Rule]:
        states = {state.name: state for state in job_states.overview()}
        return [
            Rule(
                words.rule(name), _days(rule["days"]), rule.get("setting", ""), states[f"clear-{name}"].row,
                states[f"clear-{name}"].has_failed,
            )
            for name, rule in settings.RETENTION.items()
        ]  # fmt: skip

    def _records(self) -> Rule:
        years = settings.RECORD_KEEP_YEARS
        kept = ngettext("%(count)d year at least", "%(count)d years at least", years) % {"count": years}
        return Rule(_("Invoices, documents, payments, agreements: nothing deletes them"), kept, "")


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count} if count else _("not at all")
