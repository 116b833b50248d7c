"""Peak memory of cutting the largest picture that an editor may upload: ``python -m tests.bench.pictures``.

A process of its own for each kind of file cuts every size that a page, its blocks and whoever shares it ask for, as the
worker does. Printed is what it held at most beyond what it had held before, in mebibytes (MiB).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

SIDE = 5000  # 25 megapixels, the limit at upload
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


def report() -> None:
    """One line for each kind of file."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            _run("draw", kind, folder)  # in another process: what drawing takes is not what cutting takes
            taken = float(_run("cut", kind, folder))
            print(f"cutting a picture of 25 megapixels, {kind:<4}: {taken:.0f} MiB", flush=True)


def draw(kind: str, folder: Path) -> None:
    """A photograph's worth of detail, so that nothing is saved by plain areas; the PNG is transparent in places."""
    from PIL import Image

    noise = Image.effect_noise((SIDE // 4, SIDE // 4), 60).resize((SIDE, SIDE))
    bands = "RGBA" if kind == "PNG" else "RGB"
    options = {"compress_level": 1} if kind == "PNG" else {}
    Image.merge(bands, [noise] * len(bands)).save(folder / _name(kind), kind, **options)


def cut(kind: str) -> float:
    """Cut all sizes; MiB held at most beyond what the process had held before."""
    import django

    django.setup()
    from wagtail.images import get_image_model
    from wagtail.images.models import Filter

    from cms.renditions import IN_TEXT, LARGE, SHARED, SMALL

    image = get_image_model()(title="Large", file=_name(kind), width=SIDE, height=SIDE)
    before = _peak()
    for spec in (*IN_TEXT, SMALL, LARGE, SHARED):
        image.generate_rendition_file(Filter(spec=spec))
    return _peak() - before


def _name(kind: str) -> str:
    return f"large.{KINDS[kind]}"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts kibibytes


def _run(what: str, kind: str, folder: str) -> str:
    places = {"PRIVATE_MEDIA_ROOT": folder, "MEDIA_ROOT": f"{folder}/media"}
    environment = {**os.environ, **places, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    command = [sys.executable, "-m", "tests.bench.pictures", what, kind, folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["draw", kind, folder]:
            draw(kind, Path(folder))
        case ["cut", kind, _folder]:
            print(cut(kind))
        case _:
            report()
