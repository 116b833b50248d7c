"""Every field that a marketer fills in says what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from wagtail.admin.panels import FieldPanel, InlinePanel, Panel
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

pytestmark = pytest.mark.django_db
FORMS = [
    model
    for model in (*get_page_models(), *get_snippet_models())
    if model._meta.app_label in ("cms", "articles", "site_texts", "plans", "billing")
]
#: Wagtail's own, with its own words around them; and a box that is shown only below the question it answers.
OWN_WORDS = {"title", "go_live_at", "expire_at", "is_meant"}


def unexplained(panel: Panel, form: Any, around: str = "") -> Iterator[str]:
    """Names of the fields below a panel that neither the panel, nor the field, nor what surrounds it explains."""
    around = str(panel.help_text or around)
    if isinstance(panel, FieldPanel):
        field = form.base_fields.get(panel.field_name)
        if not (around or (field is not None and field.help_text)):
            yield panel.field_name
    elif isinstance(panel, InlinePanel):
        inner = form.formsets[panel.relation_name].form
        yield from unexplained(panel.child_edit_handler, inner, around)
    else:
        for child in getattr(panel, "children", ()):
            yield from unexplained(child, form, around)


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model._meta.label)
def test_every_field_is_explained(model: Any) -> None:
    handler = (
        model.snippet_viewset.get_edit_handler() if hasattr(model, "snippet_viewset") else model.get_edit_handler()
    )
    with translation.override("en"):
        assert set(unexplained(handler, handler.get_form_class())) <= OWN_WORDS


def test_all_forms_are_looked_at() -> None:
    assert {"ProductPage", "HelpPage", "SoftwareProduct", "Discount", "Seller", "Footer", "Notice"} <= {
        model.__name__ for model in FORMS
    }
