"""'Why does it not work?': one press asks what can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.licenses import check_answers, check_words
from storefront.backoffice.licenses.detail import LIST, find
from storefront.backoffice.licenses.listing import VIEW
from storefront.backoffice.pages import Crumb, DetailPage
from storefront.licensing.bitrix24 import diagnosis
from storefront.licensing.bitrix24.diagnosis import Check


@dataclass(frozen=True, slots=True)
class CheckLine:
    level: str
    level_name: str
    sentence: str
    to_do: str


class LicenseCheck(DetailPage):
    """The checks, and the answer for the customer in both languages. Only a press (POST) asks the Bitrix24 itself."""

    permissions = VIEW
    template_name = "backoffice/licenses/check.html"
    page_title = gettext_lazy("Why does it not work?")
    header_icon = "help"
    http_method_names = ["get", "head", "post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        license = find(self.kwargs["number"])
        return self.render_to_response(self.get_context_data(asked=diagnosis.ask(license), is_asked=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        license = find(self.kwargs["number"])
        asked: Check | None = kwargs.get("asked")
        checks = [*diagnosis.diagnose(license), *([asked] if asked else [])]
        answer = super().get_context_data(**kwargs) | {
            "license": license,
            "verdict": check_words.verdict(checks),
            "level": check_words.worst(checks).level,
            "lines": [_line(check) for check in checks],
            "answers": _answers(license, checks),
        }
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        number = self.kwargs["number"]
        self.crumbs = (LIST, Crumb("backoffice-license", number, (number,)))
        return super().get_breadcrumbs_items()


def _line(check: Check) -> CheckLine:
    sentence, to_do = check_words.explain(check)
    return CheckLine(check.level, _names()[check.level], sentence, to_do)


def _names() -> dict[str, str]:
    return {"good": _("In order"), "note": _("For information"), "doubt": _("To look at"), "bad": _("Not in order")}


def _answers(license: Any, checks: list[Check]) -> list[tuple[str, str, str]]:
    """Code and name of each language of the shop, and the answer in it."""
    answers = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            answers.append((code, str(name), check_answers.for_customer(license, checks)))
    return answers
