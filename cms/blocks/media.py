"""Blocks of pictures, videos and files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError, StructValue
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from cms.blocks.examples import BlockWithExample, example_document, example_picture
from cms.blocks.links import ButtonBlock
from cms.blocks.texts import heading

VIDEO_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}


class HeroBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Headline"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=400)
    picture = ImageBlock(label=_("Picture"), required=False)
    buttons = blocks.ListBlock(ButtonBlock(), label=_("Buttons"), default=[], max_num=2)

    class Meta:
        icon = "title"
        label = _("Hero")
        description = _("A large headline with a picture and up to two buttons.")
        template = "cms/blocks/hero.html"
        preview_value: ClassVar[dict[str, Any]] = {
            "heading": "Your phones, inside Bitrix24",
            "text": "Calls, recordings and missed calls land in the right card by themselves.",
            "picture": None,
            "buttons": [],
        }


class ScreenshotBlock(blocks.StructBlock):
    picture = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=160)

    class Meta:
        icon = "image"
        label = _("Screenshot")


class ScreenshotsBlock(BlockWithExample):
    heading = heading()
    items = blocks.ListBlock(ScreenshotBlock(), label=_("Screenshots"), min_num=1, max_num=12)

    class Meta:
        icon = "image"
        label = _("Screenshots")
        description = _("A row of pictures to scroll through. Each one opens large.")
        template = "cms/blocks/screenshots.html"

    def example(self) -> dict[str, Any]:
        shown = {"picture": example_picture(), "caption": "Every call in its card"}
        return {"heading": "A look inside", "items": [shown] if shown["picture"] else []}


class VideoValue(StructValue):
    @property
    def media_type(self) -> str:
        file = self.get("file")
        return VIDEO_TYPES.get(file.file_extension.lower(), "") if file else ""


class VideoBlock(BlockWithExample):
    """A video loads nothing before it is played, and nothing from another company's server."""

    heading = heading()
    file = DocumentChooserBlock(label=_("Video file"), required=False, help_text=_("MP4 or WebM."))
    captions = DocumentChooserBlock(label=_("Captions"), required=False, help_text=_("A WebVTT file (.vtt)."))
    url = blocks.URLBlock(
        label=_("or its address elsewhere"),
        required=False,
        help_text=_("The video opens on that site; nothing is loaded from it on our page."),
    )
    poster = ImageBlock(label=_("Picture before it plays"))
    caption = blocks.CharBlock(label=_("What it shows"), max_length=200)

    class Meta:
        icon = "media"
        label = _("Video")
        description = _("A video of the shop's own, or a picture that leads to one elsewhere.")
        template = "cms/blocks/video.html"
        value_class = VideoValue

    def example(self) -> dict[str, Any]:
        source = {"file": None, "captions": None, "url": "https://example.com/film", "poster": example_picture()}
        return {"heading": "Two minutes", "caption": "A call comes in"} | source

    def clean(self, value: Any) -> Any:
        """Raises StructBlockValidationError unless there is one source, of a kind that browsers play."""
        cleaned = super().clean(value)
        errors: dict[str, ValidationError] = {}
        file, captions = cleaned.get("file"), cleaned.get("captions")
        if bool(file) == bool(cleaned.get("url")):
            errors["file"] = ValidationError(_("Choose a video file or enter an address, not both."))
        elif file and file.file_extension.lower() not in VIDEO_TYPES:
            errors["file"] = ValidationError(_("Browsers cannot play this file. Choose an MP4 or WebM video."))
        if captions and captions.file_extension.lower() != "vtt":
            errors["captions"] = ValidationError(_("Captions must be a WebVTT file; its name ends in .vtt."))
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned


class DownloadBlock(blocks.StructBlock):
    file = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=120, help_text=_("Leave empty for the file's own title.")
    )
    note = blocks.CharBlock(label=_("Note"), required=False, max_length=160)

    class Meta:
        icon = "download"
        label = _("Download")


class DownloadsBlock(BlockWithExample):
    heading = heading()
    items = blocks.ListBlock(DownloadBlock(), label=_("Downloads"), min_num=1, max_num=20)

    class Meta:
        icon = "download"
        label = _("Downloads")
        description = _("Files with their kind and size.")
        template = "cms/blocks/downloads.html"

    def example(self) -> dict[str, Any]:
        file = example_document()
        return {"heading": "", "items": [{"file": file, "title": "Setting it up", "note": "12 pages"}] if file else []}
