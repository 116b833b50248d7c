"""Private files lie apart from public ones: no spelling of an address finds one below /media/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from storefront.core import configuration, serving
from storefront.core.checks import private_files_apart
from storefront.core.files import PUBLIC_FOLDERS, is_public, move_private_files
from tests.spellings import SPELLINGS

PARTS = "images documents Documents media private secret.pdf left.pdf picture.png".split()
PARTS += [".", "..", "", "/", "~", "%2e%2e", "%2f", "..\\", "\\", "\0", "\u2025"]
SECRET, PUBLIC = b"for customers only", b"a picture"


@pytest.fixture
def roots(settings: Any, tmp_path: Path) -> Path:
    """Files on disk, as in production; the other tests keep them in memory."""
    settings.MEDIA_ROOT, settings.PRIVATE_MEDIA_ROOT = tmp_path / "media", tmp_path / "private"
    files = {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}
    settings.STORAGES = settings.STORAGES | {"default": files}
    return tmp_path


@pytest.fixture
def uploads(roots: Path) -> tuple[str, str]:
    """A document and a picture, and a document that an earlier version left in the media root."""
    left = roots / "media" / "documents" / "left.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(SECRET)
    return (
        default_storage.save("documents/secret.pdf", ContentFile(SECRET)),
        default_storage.save("images/picture.png", ContentFile(PUBLIC)),
    )


def media(path: str, method: str = "get") -> Any:
    return serving.media(getattr(RequestFactory(), method)("/media/"), path)


def content(path: str) -> bytes | None:
    """What the media view sends; None if it sends nothing."""
    try:
        return b"".join(media(path).streaming_content)
    except Http404:
        return None


def test_a_file_is_kept_by_its_folder(roots: Path, uploads: tuple[str, str]) -> None:
    document, picture = uploads
    assert Path(default_storage.path(document)) == roots / "private" / document
    assert Path(default_storage.path(picture)) == roots / "media" / picture
    assert default_storage.url(picture) == "/media/images/picture.png"
    with pytest.raises(NotImplementedError):
        default_storage.url(document)


@pytest.mark.parametrize("name", ["documents/a.pdf", "wagtail_uploads/a.png", "anything-new/a.csv", "images/a.png"])
def test_storage_reads_back_lists_and_deletes_what_it_saved(roots: Path, name: str) -> None:
    saved = default_storage.save(name, ContentFile(b"once"))
    again = default_storage.save(name, ContentFile(b"twice"))
    assert again != saved
    assert default_storage.open(saved).read() == b"once"
    assert default_storage.size(again) == 5
    assert set(default_storage.listdir(name.partition("/")[0])[1]) == {Path(saved).name, Path(again).name}
    for moment in ("get_accessed_time", "get_created_time", "get_modified_time"):
        assert getattr(default_storage, moment)(saved)
    default_storage.delete(saved)
    assert not default_storage.exists(saved)
    assert default_storage.exists(again)


def test_public_file_is_sent(uploads: tuple[str, str]) -> None:
    assert content("images/picture.png") == PUBLIC
    assert media("images/picture.png", "post").status_code == 405


@pytest.mark.parametrize("path", SPELLINGS)
def test_no_spelling_finds_a_private_file(uploads: tuple[str, str], path: str) -> None:
    for name in ("secret.pdf", "left.pdf"):
        assert content(path.format(name)) is None


@given(path=st.lists(st.sampled_from(PARTS), max_size=6).map("/".join))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_the_plain_address_of_a_public_file_finds_anything(uploads: tuple[str, str], path: str) -> None:
    assert content(path) == (PUBLIC if path == "images/picture.png" else None)


@given(folder=st.text(max_size=12), rest=st.text(max_size=12))
def test_a_folder_that_is_not_named_is_private(folder: str, rest: str) -> None:
    assert not is_public(f"{folder}/{rest}") or folder in PUBLIC_FOLDERS


def test_files_of_an_earlier_version_are_moved_once(roots: Path, uploads: tuple[str, str]) -> None:
    assert [found.id for found in private_files_apart()] == ["storefront.W020"]
    assert move_private_files() == []
    assert (roots / "private" / "documents" / "left.pdf").read_bytes() == SECRET
    assert not list((roots / "media" / "documents").iterdir())
    assert move_private_files() == []
    assert default_storage.open("images/picture.png").read() == PUBLIC
    assert private_files_apart() == []


def test_moving_goes_on_where_it_was_interrupted(roots: Path, uploads: tuple[str, str]) -> None:
    """The copy is there, the old file is not deleted yet."""
    (roots / "private" / "documents" / "left.pdf").write_bytes(SECRET)
    assert move_private_files() == []
    assert not (roots / "media" / "documents" / "left.pdf").exists()


def test_moving_overwrites_nothing(roots: Path, uploads: tuple[str, str]) -> None:
    newer = roots / "private" / "documents" / "left.pdf"
    newer.write_bytes(b"another document of this name")
    assert move_private_files() == ["documents/left.pdf"]
    assert newer.read_bytes() == b"another document of this name"
    assert (roots / "media" / "documents" / "left.pdf").read_bytes() == SECRET


@pytest.mark.parametrize("private", ["media", "media/private", "media/images", "."])
def test_private_files_cannot_be_kept_among_public_ones(roots: Path, settings: Any, private: str) -> None:
    settings.PRIVATE_MEDIA_ROOT = roots / private
    assert [found.id for found in private_files_apart()] == ["storefront.E020"]
    assert list(configuration.shared_folders(roots / "media", roots / private))


def test_neighbouring_folders_are_apart(roots: Path) -> None:
    assert not list(configuration.shared_folders(roots / "media", roots / "media-private"))
