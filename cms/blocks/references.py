"""Blocks for what a buyer looks up: what has changed, and where it is explained."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StreamValue

from cms.blocks.links import ButtonBlock
from cms.blocks.texts import SHORT, heading
from storefront.core import clock


class ReleaseBlock(blocks.StructBlock):
    version = blocks.CharBlock(label=_("Version"), max_length=30, help_text=_("As shown to users, such as 4.2."))
    released_on = blocks.DateBlock(label=_("Released on"), help_text=_("The day it became available."))
    text = blocks.RichTextBlock(
        label=_("What has changed"), features=SHORT, help_text=_("What users notice, in a list of short lines.")
    )

    class Meta:
        icon = "tag"
        label = _("Version")


class ChangelogBlock(blocks.StructBlock):
    heading = heading()
    items = blocks.ListBlock(
        ReleaseBlock(),
        label=_("Versions"),
        min_num=1,
        max_num=40,
        help_text=_("Newest first. The first three are unfolded, the others folded."),
    )

    class Meta:
        icon = "history"
        label = _("What is new")
        description = _("Versions with their dates and changes: shows that the product is looked after.")
        template = "cms/blocks/changelog.html"
        preview_value = {
            "heading": "",
            "items": [
                {"version": "4.2", "released_on": "2026-10-05", "text": "<ul><li>Recordings start at once.</li></ul>"},
                {"version": "4.1", "released_on": "2026-08-17", "text": "<ul><li>Calls of several offices.</li></ul>"},
            ],
        }


class DocumentationBlock(blocks.StructBlock):
    heading = heading()
    text = blocks.TextBlock(
        label=_("Text"), required=False, max_length=300, help_text=_("What readers find there, in one sentence.")
    )
    links = blocks.ListBlock(
        ButtonBlock(),
        label=_("Links"),
        min_num=1,
        max_num=6,
        help_text=_("Pages of the help centre, or addresses elsewhere. A page that is not published is left out."),
    )

    class Meta:
        icon = "help"
        label = _("Documentation")
        description = _("Links to the guides for this product, for readers who want to know before they buy.")
        template = "cms/blocks/documentation.html"
        preview_value = {
            "heading": "",
            "text": "How it is installed and set up, step by step.",
            "links": [{"label": "First steps", "page": None, "url": "https://example.com/"}],
        }


class Release(NamedTuple):
    version: str
    released_on: date


def newest_release(content: StreamValue) -> Release | None:
    """The entry of the page's changelogs with the latest date, of two of one day the upper one. Dates to come do not
    count; None if there is no other."""
    releases = [
        Release(item["version"], item["released_on"])
        for block in content
        if block.block_type == "changelog"
        for item in block.value["items"]
        if item["released_on"]  # a draft may lack it
    ]
    today = clock.today()
    out = (release for release in releases if release.released_on <= today)
    return max(out, key=lambda release: release.released_on, default=None)
