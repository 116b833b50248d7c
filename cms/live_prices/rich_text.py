"""The rich text feature 'price': conversion between the editor, the stored text and the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse_lazy
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from draftjs_exporter.dom import DOM
from wagtail.admin.rich_text.converters.html_to_contentstate import InlineEntityElementHandler
from wagtail.admin.rich_text.editors.draftail import features as draftail
from wagtail.rich_text import LinkHandler
from wagtail.rich_text.feature_registry import FeatureRegistry

from catalogue.plans.models import SoftwareProduct
from cms.live_prices import reading
from cms.live_prices.references import LINK_TYPE, Reference, parse, text_of

FEATURE = "price"
KEPT = ("linktype", "product", "plan", "months", "amount", "description")
ENTITY = "PRICE"

_MARK = "data-live-price"
_MARKED = re.compile(rf'<a {_MARK}="([^"]*)">(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"(<[^>]*>)")


class PriceHandler(LinkHandler):
    """Renders references for readers."""

    identifier = LINK_TYPE

    @staticmethod
    def get_model() -> type[SoftwareProduct]:
        return SoftwareProduct

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Opening tags that carry the amounts; ``with_amounts`` then replaces the content of the tags."""
        references = [parse(attributes) for attributes in attrs_list]
        plans = reading.plans_of(reference.product for reference in references if reference)
        return [
            f'<a {_MARK}="{escape(text_of(reference, plans.get(reference.product)))}">' if reference else "<a>"
            for reference in references
        ]

    @classmethod
    def extract_references(cls, attrs: dict[str, str]) -> Iterator[tuple[Any, str, str, str]]:
        """For Wagtail's reference index: which pages show a product's prices."""
        reference = parse(attrs)
        if reference is not None:
            yield SoftwareProduct, str(reference.product), "", ""


def with_amounts(html: str) -> str:
    """Expanded rich text with the amounts instead of the references' descriptions.

    A link handler writes the opening tag only, so this is a separate step, called by the template with which Wagtail
    renders all rich text (``wagtailcore/shared/richtext.html``).
    """
    if _MARK not in html:
        return html
    return _MARKED.sub(lambda found: f'<span class="live-price">{fill(found[2], found[1])}</span>', html)


def fill(inner: str, text: str) -> str:
    """``inner`` (HTML) with ``text`` (escaped) as its only text; markup such as bold stays."""
    parts = _TAG.split(inner)
    texts = [index for index, part in enumerate(parts) if index % 2 == 0 and part.strip()]
    if not texts:
        return text
    for index in texts:
        parts[index] = ""
    parts[texts[0]] = text
    return "".join(parts)


class PriceElementHandler(InlineEntityElementHandler):
    """From the stored text to the editor, which shows the current amount."""

    mutability = "IMMUTABLE"

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, Any]:
        return dict(attrs)

    def handle_endtag(self, name: str, state: Any, contentstate: Any) -> None:
        block, entity_range = state.current_block, state.current_entity_ranges[-1]
        data = contentstate.entity_map[entity_range.key].data
        start, end = entity_range.offset, len(block.text)
        data["description"] = block.text[start:]
        reference = parse(data)
        if reference is not None:
            plans = reading.plans_of([reference.product])
            block.text = block.text[:start] + text_of(reference, plans.get(reference.product))
        for style in block.inline_style_ranges:
            if style.offset >= start and style.offset + style.length == end:
                style.length = len(block.text) - style.offset
        super().handle_endtag(name, state, contentstate)


def to_stored(props: dict[str, Any]) -> Any:
    """From the editor to the stored text: the reference, with its description instead of the amount."""
    children, reference = props["children"], parse(props)
    if reference is None:
        return children
    description = escape(props.get("description") or "…")
    inner = description if isinstance(children, str) else fill(DOM.render(children), description)
    return DOM.create_element("a", reference.attributes(), DOM.parse_html(inner))


def data_of(reference: Reference, description: str) -> dict[str, str]:
    """The editor's entity data of a reference."""
    return reference.attributes() | {"description": description}


def register(features: FeatureRegistry) -> None:
    features.register_link_type(PriceHandler)
    features.register_editor_plugin(
        "draftail",
        FEATURE,
        draftail.EntityFeature(
            {
                "type": ENTITY,
                "icon": "tag",
                "description": _("Live price"),
                "attributes": [*KEPT, *(f"fallback-{code}" for code, _name in settings.LANGUAGES)],
                "chooserUrls": {"price": reverse_lazy("price-chooser")},
            },
            js=["wagtailadmin/js/modal-workflow.js", "js/admin/price-entity.js"],
        ),
    )
    features.register_converter_rule(
        "contentstate",
        FEATURE,
        {
            "from_database_format": {f'a[linktype="{LINK_TYPE}"]': PriceElementHandler(ENTITY)},
            "to_database_format": {"entity_decorators": {ENTITY: to_stored}},
        },
    )
