from __future__ import annotations

from django import template

from cms.shell import Shell, shell

register = template.Library()


@register.simple_tag(takes_context=True)
def site_shell(context: template.Context) -> Shell:
    """Menu, agreements and seller for the header and the footer."""
    return shell(context.get("request"))
