"""The cost of pages with 10, 1,000 and 20,000 products: CPU per request, each page rendered anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import shopping
from tests.bench.driver import Visitor, load
from tests.bench.servers import ROOT, gunicorn, running

SIZES = (10, 1_000, 20_000)
#: What a column of a copy holds, by the number of the copy.
Value = Callable[[int], Any]
COUNT = int(os.environ.get("BENCH_GROWTH_COUNT", "40"))


def report(folder: Path, port: int, shop: dict[str, str]) -> None:
    """``port`` is free. The database is a copy of the shop's, in which one product stands for all."""
    measured: dict[str, list[float]] = {}
    for size in SIZES:
        database = folder / f"growth-{size}.sqlite3"
        environment = {**shop, "DATABASE_URL": f"sqlite:///{database}"}
        shutil.copyfile(folder / "shop.sqlite3", database)
        command = [sys.executable, "-m", "tests.bench.growth", str(size)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
        with running(*gunicorn("storefront.wsgi:application", port), port=port, **environment) as pid:
            for name, path, headers in _pages(port):
                load(port=port, path=path, headers=headers, count=8, pid=pid)
                taken = load(port=port, path=path, headers=headers, count=COUNT, pid=pid)
                measured.setdefault(name, []).append(taken.cpu_each * 1000)
        database.unlink()
    print(f"{'products':<22}" + "".join(f"{size:>10,}" for size in SIZES) + "   (ms CPU, rendered anew)")
    for name, times in measured.items():
        print(f"{name:<22}" + "".join(f"{each:>10.1f}" for each in times), flush=True)


def _pages(port: int) -> list[tuple[str, str, dict[str, str]]]:
    product = shopping.products(Visitor(port))[0]
    return [
        ("home", "/?anew=1", {}),
        ("product list", "/products/?anew=1", {}),
        ("product", f"{product}?anew=1", {}),
        ("search", "/search/?q=telegram", {}),
        ("cart, 1 line", "/basket/", shopping.cart_of(port, 1)),
    ]


def grow(size: int) -> None:
    """Copy one product with its page, prices and search document until there are ``size``."""
    import django

    django.setup()
    from django.db import transaction

    from catalogue.plans.models import SoftwareProduct
    from cms.models import ProductPage

    page = ProductPage.objects.filter(live=True, locale__language_code="en").order_by("pk").first()
    if page is None:
        raise RuntimeError("the demo has no product")
    numbers = range(max(size - SoftwareProduct.objects.count(), 0))
    with transaction.atomic():
        _copy_product(page, numbers)
        _copy_page(page, numbers)


def _copy_product(page: Any, numbers: range) -> None:
    software = page.software
    parents = _copy(software.product, numbers, slug=lambda number: f"copy-{number}", upc=lambda number: None)
    _copy(software, numbers, product_id=parents)
    for plan in software.plans.all():
        plans = _copy(plan, numbers, software_id=_key(software))
        for price in plan.prices.select_related("product"):
            children = _copy(price.product, numbers, parent_id=parents, upc=lambda number: None)
            _copy(price, numbers, plan_id=plans, product_id=children)
            for record in price.product.stockrecords.all():
                sku = f"copy-{record.pk}"
                _copy(record, numbers, product_id=children, partner_sku=lambda number, sku=sku: f"{sku}-{number}")


def _copy_page(page: Any, numbers: range) -> None:
    from wagtail.models import Page

    from cms.navigation.models import SearchDocument

    def path(number: int) -> str:
        step = Page.numconv_obj().int2str(1000 + number).rjust(Page.steplen, Page.alphabet[0])
        return f"{page.path[: -Page.steplen]}{step}"

    pages = _copy(
        Page.objects.get(pk=page.pk),
        numbers,
        path=path,
        slug=lambda number: f"copy-{number}",
        url_path=lambda number: page.url_path.replace(page.slug, f"copy-{number}"),
        translation_key=lambda number: uuid.uuid4().hex,
    )
    _copy(page, numbers, page_ptr_id=pages, software_id=_key(page.software))
    for document in SearchDocument.objects.filter(page_id=page.pk):
        _copy(document, numbers, page_id=pages, software_id=_key(page.software))


def _key(row: Any) -> Value:
    """The primary key of a row's copy: far above all others."""
    return lambda number: (row.pk + 1) * 1_000_000 + number


def _copy(row: Any, numbers: range, **changes: Value) -> Value:
    """Insert a copy of ``row`` for each number, past all signals; returns the copies' primary keys by number."""
    from django.db import connection

    fields = [field for field in row._meta.local_concrete_fields if not field.generated]
    key = row._meta.pk.attname
    values = changes if key in changes else {key: _key(row), **changes}
    names = [field.attname for field in fields if field.attname in values]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    chosen = ", ".join("%s" if field.attname in values else f'"{field.column}"' for field in fields)
    table = f'"{row._meta.db_table}"'
    sql = f'INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} WHERE "{row._meta.pk.column}" = %s'
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*(values[name](number) for name in names), row.pk) for number in numbers])
    return values[key]


if __name__ == "__main__":
    grow(int(sys.argv[1]))
