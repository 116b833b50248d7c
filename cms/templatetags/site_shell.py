from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from wagtail.templatetags.wagtailcore_tags import richtext

from cms.shell import Shell, shell

register = template.Library()


@register.simple_tag(takes_context=True)
def site_shell(context: template.Context) -> Shell:
    """Menu, agreements and seller for the header and the footer."""
    return shell(context.get("request"))


@register.filter
def rich(text: str) -> SafeString:
    """Wagtail's ``richtext``, worked out once for the same text unless it names pages, documents or pictures."""
    if "linktype=" in text or "<embed" in text:
        return richtext(text)
    return _plain(text)


@lru_cache(maxsize=1024)
def _plain(text: str) -> SafeString:
    return richtext(text)
