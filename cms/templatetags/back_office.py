"""The staff dashboard's menu, for its templates: ``{% load back_office %}``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from oscar.apps.dashboard.menu import get_nodes

register = template.Library()


@dataclass(frozen=True)
class MenuLink:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class MenuGroup:
    """Links under one heading; ``label`` is empty for a link that stands alone."""

    label: str
    links: list[MenuLink]


@register.simple_tag(takes_context=True)
def dashboard_menu(context: template.Context) -> list[MenuGroup]:
    """What settings.OSCAR_DASHBOARD_NAVIGATION offers to this user. The page, or the list it belongs to, is current."""
    nodes = get_nodes(context["user"])
    groups = [(node, node.children if node.has_children() else [node]) for node in nodes]
    addresses = (entry.url for _node, entries in groups for entry in entries)
    current = nearest(context["request"].path, addresses)
    return [
        MenuGroup(str(node.label) if node.has_children() else "", _links(entries, current)) for node, entries in groups
    ]


def nearest(path: str, addresses: Iterable[str]) -> str:
    """The longest of the addresses at or above ``path``, or ""; the dashboard's root only if it is the page itself."""
    root = reverse("dashboard:index")
    fitting = (here for here in addresses if path == here or (here != root and path.startswith(here)))
    return max(fitting, key=len, default="")


def _links(entries: list[Any], current: str) -> list[MenuLink]:
    return [MenuLink(str(entry.label), entry.url, entry.url == current) for entry in entries]
