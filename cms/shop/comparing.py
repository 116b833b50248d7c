"""Texts beside each other: what was changed in which paragraph, and from which published version to which."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.admin.compare import RichTextFieldComparison, diff_text, register_comparison_class
from wagtail.fields import RichTextField
from wagtail.snippets.views.snippets import RevisionsCompareView

from catalogue.plans.models import Agreement, AgreementVersion

_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "hr"]


class ParagraphComparison(RichTextFieldComparison):
    """Keeps the paragraphs apart: Wagtail's own runs a whole agreement into one line."""

    def htmldiff(self) -> SafeString:
        html = diff_text(_lines(self.val_a), _lines(self.val_b)).to_html()
        return mark_safe(html.replace("\n", "<br>"))  # noqa: S308 - diff_text escapes


register_comparison_class(RichTextField, comparison_class=ParagraphComparison)


def _lines(html: str | None) -> str:
    """The text of ``html``, one paragraph, heading or point of a list on each line."""
    soup = BeautifulSoup(html or "", "html.parser")
    for block in soup.find_all(_BLOCKS):
        block.append("\n")
    return soup.get_text().strip()


class CompareVersionsView(RevisionsCompareView):
    """Wagtail's comparison of revisions, of published versions instead; their numbers are in the address.

    Revisions are an editor's drafts; a version is a text that was in force, whether or not its draft is kept.
    """

    template_name = "cms/shop/compare.html"

    def get_page_title(self) -> str:
        return _("Version %(old)d and version %(new)d") % {"old": self.revision_id_a, "new": self.revision_id_b}

    def _get_revision_and_heading(self, number: int) -> tuple[Agreement, str]:
        version = get_object_or_404(self.object.versions, number=number)
        return _as_agreement(version), date_format(localtime(version.published_at), "j E Y, H:i")


def _as_agreement(version: AgreementVersion) -> Any:
    own = version.agreement
    return Agreement(pk=own.pk, name=version.name, slug=own.slug, body=version.body, locale_id=own.locale_id)
