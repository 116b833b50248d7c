"""The demo's pictures and documents: files of fixtures/, put into Wagtail's libraries when a page first needs them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.base import File as Opened
from django.core.files.images import ImageFile
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage

from cms.demo.words import LANGUAGES, Drawing, File, Shot

PICTURES = Path(settings.BASE_DIR) / "fixtures" / "pictures"
DOCUMENTS = Path(settings.BASE_DIR) / "fixtures" / "documents"


class Album:
    """Gives the picture for what the content asks for; the same file is the same picture."""

    def __init__(self) -> None:
        self._found: dict[str, AbstractImage] = {}
        self._documents: dict[str, AbstractDocument] = {}

    def picture(self, wanted: Shot | Drawing, language: str) -> AbstractImage:
        """A drawing is the same in every language, a shot of the shop is not."""
        if isinstance(wanted, Drawing):
            return self._take(wanted.file, wanted.alt.text(LANGUAGES[0]))
        return self._take(f"help/{language}/{wanted.name}.webp", f"{wanted.alt.text(language)} ({language})")

    def document(self, wanted: File, language: str) -> AbstractDocument:
        """A document of the language, or the one for all."""
        file = wanted.file.format(language=language)
        if file not in self._documents:
            with (DOCUMENTS / file).open("rb") as opened:
                document = get_document_model()(title=wanted.title.text(language), file=Opened(opened, name=file))
                document.save()
                document.get_file_hash()  # without it every document would have one and the same ETag
            self._documents[file] = document
        return self._documents[file]

    def _take(self, file: str, title: str) -> AbstractImage:
        if file not in self._found:
            with (PICTURES / file).open("rb") as opened:
                image = ImageFile(opened, name=file.replace("/", "-"))
                self._found[file] = get_image_model().objects.create(title=title, description=title, file=image)
        return self._found[file]
