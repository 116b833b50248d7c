"""Texts that staff answer with often."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.texts import Translated

#: What a text may have filled in: ``{name}``.
PLACEHOLDERS = ("name", "number", "subject", "order", "invoice", "license", "agent", "shop")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def known_placeholders(text: str) -> None:
    """Raises ValidationError for a placeholder that nothing would fill."""
    unknown = sorted({name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        raise ValidationError(
            _("There is no placeholder %(names)s."), params={"names": ", ".join(f"{{{name}}}" for name in unknown)}
        )


class CannedAnswer(Translated):
    """An answer, or a part of one, in every language; put into the form, where it can be changed before it is sent."""

    TRANSLATED = ("text_body",)

    title = models.CharField(_("title"), max_length=100, help_text=_("Staff choose it by this; nobody else sees it."))
    department = models.ForeignKey(
        "support.Department",
        verbose_name=_("department"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: offered in all departments."),
    )
    text_body = models.TextField(_("text"), validators=[known_placeholders])

    class Meta:
        ordering = ["title"]
        verbose_name = _("canned answer")
        verbose_name_plural = _("canned answers")

    def __str__(self) -> str:
        return self.title

    def filled(self, values: Mapping[str, str], *, language: str) -> str:
        """The text in ``language`` with its placeholders filled; one without a value becomes nothing."""
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), self.text("text_body", language)).strip()
