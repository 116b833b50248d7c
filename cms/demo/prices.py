"""Live prices in the demo's texts, written as ``{price:telegram/team/12/total}``: product, license type, months, and
one of the amounts of ``cms.live_prices.references``."""

from __future__ import annotations

import re

from django.utils import translation
from django.utils.html import escape

from catalogue.plans.models import Plan, SoftwareProduct
from cms.live_prices.references import Reference

_PRICE = re.compile(r"\{price:([\w-]+)/([\w-]*)/(\d*)/(\w+)\}")


def fill(text: str, language: str) -> str:
    """The text with its prices as Wagtail stores them."""
    return _PRICE.sub(lambda found: _stored(found, language), text)


def _stored(found: re.Match[str], language: str) -> str:
    slug, code, months, amount = found.groups()
    software = SoftwareProduct.objects.select_related("product").get(product__slug=slug)
    plan = Plan.objects.filter(software=software, code=code).first()
    reference = Reference(software.pk, code, int(months or 0), amount)
    with translation.override(language):
        words = reference.describe(software.title_text(), plan.text("name") if plan else "")
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in sorted(reference.attributes().items()))
    return f"<a{attributes}>{escape(words)}</a>"
