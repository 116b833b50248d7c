"""Makes the copy of a customer's data: a ZIP of JSON files and uploads, told by mail, deleted after a week."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import FileField, Model
from django.template.loader import render_to_string
from django.utils import translation

from storefront.core import clock, queue, states
from storefront.core.language import nearest_language
from storefront.core.personal_data import Person, Table, rooms
from storefront.users.data_protection import mails, people
from storefront.users.models import DataRequest, DataRequestKind, DataRequestStatus, User

#: Another worker takes a request whose worker was killed after so long.
LEASE = timedelta(minutes=30)


def make_due() -> int:
    """The worker's job: make the copies that were asked for. Returns how many."""
    waiting = DataRequest.objects.filter(kind=DataRequestKind.EXPORT, status=DataRequestStatus.WAITING)
    return queue.drain(lambda: queue.claim_next(waiting.select_related("customer"), field="due_at", lease=LEASE), _make)


def clear_old() -> int:
    """The worker's job: delete copies whose time is over. Returns how many."""
    done = 0
    for request in DataRequest.objects.filter(expires_at__lte=clock.now()).exclude(file=""):
        request.file.delete(save=False)
        over = DataRequest.objects.filter(pk=request.pk)
        over.update(file="", size=None, expires_at=None, status=DataRequestStatus.DONE)
        done += 1
    return done


def _make(request: DataRequest) -> int:
    with TemporaryFile() as file:
        with translation.override(nearest_language(request.customer.language)):
            write(people.person(request.customer), request.customer, file)
        size = file.tell()
        file.seek(0)
        request.file.storage.delete(request.file.field.generate_filename(request, "copy"))
        request.file.save("copy", File(file), save=False)
    with transaction.atomic():
        customer = states.lock(User(pk=request.customer_id))
        kept = states.lock(DataRequest(pk=request.pk))
        if customer.erased_at is not None or kept.status != DataRequestStatus.WAITING:
            request.file.delete(save=False)
            return 0
        expires_at = clock.now() + timedelta(days=settings.EXPORT_KEEP_DAYS)
        kept.file, kept.size, kept.status, kept.due_at = request.file.name, size, DataRequestStatus.READY, None
        kept.done_at, kept.expires_at = clock.now(), expires_at
        kept.save()
        kept.customer = customer
        mails.ready(kept, expires_at)
    return 1


def write(person: Person, customer: User, file: IO[bytes]) -> None:
    """Write the ZIP. Rows are read and written one after the other, however many there are."""
    files: dict[str, list[Table]] = defaultdict(list)
    left_out: list[tuple[str, str]] = []
    for room in rooms():
        for table in room.tables:
            if table.file:
                files[table.file].append(table)
            else:
                left_out.append((str(table.model._meta.verbose_name_plural), str(table.left_out)))
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        words = {"customer": customer, "shop_name": settings.SHOP_NAME, "made_at": clock.now(), "left_out": left_out}
        archive.writestr("README.txt", render_to_string("data_protection/readme.txt", words))
        for name, tables in sorted(files.items()):
            with archive.open(f"{name}.json", "w", force_zip64=True) as part:
                _write_json(part, tables, person)
        for table in (table for tables in files.values() for table in tables if table.uploads):
            _write_uploads(archive, table, person)


def _write_json(part: IO[bytes], tables: list[Table], person: Person) -> None:
    text = TextIOWrapper(part, encoding="utf-8", write_through=True)
    text.write("{\n")
    for at, table in enumerate(tables):
        text.write(f"{',' if at else ''}\n{json.dumps(table.model._meta.label)}: [")
        for number, row in enumerate(table.of(person).distinct().iterator(chunk_size=500)):
            values = json.dumps(dict(_values(row, table, person)), cls=DjangoJSONEncoder, ensure_ascii=False)
            text.write(f"{',' if number else ''}\n  {values}")
        text.write("\n]")
    text.write("\n}\n")
    text.detach()


def _values(row: Model, table: Table, person: Person) -> Iterator[tuple[str, Any]]:
    """Columns by name. Who else is named by a key, which is staff, is left out."""
    for field in row._meta.concrete_fields:
        if field.name in table.hidden or isinstance(field, FileField):
            continue
        value = getattr(row, field.attname)
        if field.related_model is User and value != person.pk:
            continue
        yield field.attname, value


def _write_uploads(archive: ZipFile, table: Table, person: Person) -> None:
    for row in table.of(person).iterator(chunk_size=100) if table.uploads else ():
        for path, upload in table.uploads(row) if table.uploads else ():
            try:
                source = upload.open("rb")
            except FileNotFoundError:
                continue  # it went just now
            with source, archive.open(path, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
