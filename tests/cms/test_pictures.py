"""Pictures: none too large to be cut in bounded memory, and cut by the worker, not while somebody waits."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image as PillowImage
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.images.rect import Rect
from willow.image import Image as Willow

from cms.models import ProductPage
from cms.renditions import KIND, LARGE, SHARED, SMALL
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import deliver_due
from tests.cms.things import picture

pytestmark = pytest.mark.django_db

Image = get_image_model()


@pytest.mark.parametrize(
    ("width", "height", "is_taken"),
    [(5000, 5000, True), (5001, 5000, False), (25_000_001, 1, False), (9000, 9000, False)],
)
def test_picture_of_more_than_25_megapixels_is_refused(
    marketer: Any, width: int, height: int, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", None)  # Pillow itself warns at 89 megapixels
    form = {"title": "Large", "file": picture(width, height)}
    response = marketer.post(reverse("wagtailimages:add"), form)
    assert Image.objects.exists() == is_taken
    if not is_taken:
        [message] = response.context["form"].errors["file"]
        assert "25000000" in message


def test_upload_of_several_refuses_it_as_well(marketer: Any) -> None:
    response = marketer.post(
        reverse("wagtailimages:add_multiple"),
        {"files[]": picture(5001, 5000)},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    assert response.json()["success"] is False
    assert "25000000" in response.json()["error_message"]
    assert not Image.objects.exists()


@pytest.fixture
def page(shop: Any) -> Any:
    page = ProductPage.objects.get()
    page.image = Image.objects.create(title="Picture", file=picture(2000, 1500))
    page.save_revision()
    return page


def test_pictures_are_cut_by_the_worker_once_the_page_is_published(page: Any) -> None:
    page.get_latest_revision().publish()
    assert not Rendition.objects.exists()
    assert deliver_due(only=[KIND]) == 1
    assert set(Rendition.objects.values_list("filter_spec", flat=True)) == {SMALL, LARGE, SHARED}
    page.get_latest_revision().publish()
    assert deliver_due(only=[KIND]) == 1
    assert Rendition.objects.count() == 3


def test_page_that_is_gone_meanwhile_is_no_fault(page: Any) -> None:
    page.get_latest_revision().publish()
    page.delete()
    assert deliver_due(only=[KIND]) == 1
    assert set(OutboxMessage.objects.filter(kind=KIND).values_list("status", flat=True)) == {"sent"}


def test_publishing_that_fails_cuts_nothing(page: Any) -> None:
    from django.db import transaction

    with transaction.atomic():
        page.get_latest_revision().publish()
        transaction.set_rollback(True)
    assert deliver_due(only=[KIND]) == 0


def test_pictures_are_cut_one_at_a_time(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture being decoded is all the memory there is for it: never two at once."""
    cut, open_now, most = Image.generate_rendition_file, [], [0]

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        open_now.append(1)
        most[0] = max(most[0], len(open_now))
        together.wait(0.2)  # time for another to begin
        try:
            return cut(self, *args, **kwargs)
        finally:
            open_now.pop()

    together = threading.Event()
    monkeypatch.setattr(Image, "generate_rendition_file", watched)
    page.get_latest_revision().publish()
    assert deliver_due(only=[KIND]) == 1
    assert most == [1] and Rendition.objects.count() == 3


def file_of(kind: str, **options: Any) -> BytesIO:
    """A picture whose left half is black, the right one white."""
    drawn = PillowImage.new("RGB", (400, 200), "white")
    drawn.paste("black", (0, 0, 200, 200))
    drawn.save(file := BytesIO(), kind, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_not_copied_where_nothing_changes(kind: str) -> None:
    turned = Willow.open(file_of(kind)).auto_orient()
    whole = turned.crop(Rect(0, 0, 400, 200).round())
    assert whole.image is turned.image
    half = whole.crop(Rect(200, 0, 400, 200))
    assert half.get_size() == (200, 200) and half.image.getpixel((10, 10)) == (255, 255, 255)
    assert whole.resize((40, 20)).get_size() == (40, 20)


def test_a_picture_that_lies_on_its_side_is_turned() -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    turned = Willow.open(file_of("JPEG", exif=exif, quality=95)).auto_orient()
    assert turned.get_size() == (200, 400)
    top, bottom = (turned.image.getpixel((100, y)) for y in (50, 350))
    assert sum(top) < 30 and sum(bottom) > 730
