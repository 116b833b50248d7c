"""Where uploads are stored: public files in MEDIA_ROOT, everything else in PRIVATE_MEDIA_ROOT.

A web server may serve all of MEDIA_ROOT, however it reads paths: nothing private is in it.
"""

from __future__ import annotations

import filecmp
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

#: Public folders: pictures and their renditions, profile pictures of staff, Oscar's pictures of categories and its
#: thumbnails. A folder that is not named here is private.
PUBLIC_FOLDERS = frozenset({"images", "original_images", "avatar_images", "categories", "cache"})

#: Private folders that used to be in MEDIA_ROOT: documents, and unfinished uploads of Wagtail's form for several files.
FORMERLY_PUBLIC = ("documents", "wagtail_uploads")


def is_public(name: str) -> bool:
    """Whether a file may be read by anybody who knows its address.

    ``name``: its path below the media root, with slashes. Only the plain spelling of a path is public: none with empty,
    '.' or '..' parts, backslashes or NUL.
    """
    folder, *rest = name.split("/")
    is_plain = all(part not in ("", ".", "..") for part in rest) and not {"\\", "\0"} & set(name)
    return folder in PUBLIC_FOLDERS and bool(rest) and is_plain


@deconstructible
class PublicAndPrivateFiles(Storage):
    """The default storage: each file in one of two folders on disk, by the first part of its name.

    Private files have no ``url()``: a view checks permissions and sends them.
    """

    def _storage(self, name: str) -> FileSystemStorage:
        return FileSystemStorage(settings.MEDIA_ROOT if is_public(name) else settings.PRIVATE_MEDIA_ROOT)

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        return self._storage(name).open(name, mode)

    def _save(self, name: str, content: File[Any]) -> str:
        return self._storage(name).save(name, content)

    def delete(self, name: str) -> None:
        self._storage(name).delete(name)

    def exists(self, name: str) -> bool:
        return self._storage(name).exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self._storage(f"{path}/file").listdir(path)

    def size(self, name: str) -> int:
        return self._storage(name).size(name)

    def path(self, name: str) -> str:
        return self._storage(name).path(name)

    def url(self, name: str | None) -> str:
        """Raises NotImplementedError for a private file, as Django requires of storages without URLs."""
        if name is None or not is_public(name):
            raise NotImplementedError("Private files have no address.")
        return self._storage(name).url(name)

    def get_accessed_time(self, name: str) -> datetime:
        return self._storage(name).get_accessed_time(name)

    def get_created_time(self, name: str) -> datetime:
        return self._storage(name).get_created_time(name)

    def get_modified_time(self, name: str) -> datetime:
        return self._storage(name).get_modified_time(name)


def move_private_files() -> list[str]:
    """Move private files that an earlier version kept in MEDIA_ROOT; safe to repeat and to interrupt.

    Returns the names of files that could not be moved, because another file has their name.
    """
    in_the_way = []
    for folder in FORMERLY_PUBLIC:
        for source in sorted((Path(settings.MEDIA_ROOT) / folder).rglob("*")):
            name = source.relative_to(settings.MEDIA_ROOT)
            if source.is_file() and not _move(source, Path(settings.PRIVATE_MEDIA_ROOT) / name):
                in_the_way.append(str(name))
    return in_the_way


def _move(source: Path, target: Path) -> bool:
    """Returns whether the file is at its new place. The move is atomic, although the folders may be on two disks."""
    if target.exists():
        if not filecmp.cmp(source, target, shallow=False):
            return False
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.moving")
        shutil.copy2(source, half)
        half.replace(target)
    source.unlink()
    return True
