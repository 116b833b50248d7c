"""The pages at the shop's own addresses, each read by one query that is put together once.

Only what they show is read; a page of Wagtail's has thirty columns more. The rest is deferred, as with ``only()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Model, QuerySet, TextField
from django.db.models.functions import Cast
from wagtail.models import Page

from catalogue.plans.models import SoftwareProduct
from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage
from cms.queries import LARGE, with_picture
from cms.rendering import STORED
from storefront.core.prepared import PreparedQuery

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Page)

COMMON = ("id", "page_ptr_id", "title", "seo_title", "search_description")
SOFTWARE = (
    "id", "tagline", "conditions", "translations", "binding_kind", "market_url", "agreement_id", "offer",
)  # fmt: skip
#: Name of the attribute -> where it stands in the query; what ``cms.queries.large_picture`` looks for.
PICTURE = {"picture_file": F("cut__file"), "picture_width": F("cut__width"), "picture_height": F("cut__height")}
#: The stream as text: to know what it shows it need not be parsed (see ``cms.rendering``).
CONTENT = {STORED: Cast("content", TextField())}


def home(language: str) -> HomePage | None:
    """The published front page in this language."""
    return _homes(language).first()


def products(language: str) -> ProductIndexPage | None:
    """The published list of products in this language."""
    return _indexes(language).first()


def category(language: str, slug: str) -> CategoryPage | None:
    """The published page of a category in this language."""
    return _categories(language).first(slug=slug)


def product(language: str, slug: str) -> ProductPage | None:
    """The published page of a product in this language, with its product."""
    return _products(language).first(slug=slug)


@lru_cache(maxsize=16)
def _homes(language: str) -> _Pages[HomePage]:
    return _Pages(HomePage, language, ("headline", "lead", "image_id"), annotations=PICTURE | CONTENT)


@lru_cache(maxsize=16)
def _indexes(language: str) -> _Pages[ProductIndexPage]:
    return _Pages(ProductIndexPage, language, ("intro",))


@lru_cache(maxsize=16)
def _categories(language: str) -> _Pages[CategoryPage]:
    return _Pages(CategoryPage, language, ("slug", "intro", "category_id"), annotations=CONTENT)


@lru_cache(maxsize=16)
def _products(language: str) -> _Pages[ProductPage]:
    columns = ("lead", "image_id", "software_id")
    return _Pages(ProductPage, language, columns, software=SOFTWARE, annotations=PICTURE | CONTENT)


class _Pages(Generic[P]):
    """The published pages of one kind in one language, of which one is wanted.

    ``columns`` and ``software`` are attributes of the page and of its software product that are read, ``annotations``
    those that are no columns.
    """

    def __init__(
        self,
        model: type[P],
        language: str,
        columns: tuple[str, ...],
        *,
        software: tuple[str, ...] = (),
        annotations: Mapping[str, Any] | None = None,
    ) -> None:
        self._model, self._language = model, language
        self._columns = _ordered(model, (*COMMON, *columns))
        self._software = _ordered(SoftwareProduct, software)
        self._annotations = annotations or {}
        self._any = PreparedQuery(self._build)
        self._by_slug = PreparedQuery(self._build, texts=["slug"])

    def first(self, **slug: str) -> P | None:
        """By its slug, or the first in the order of the page tree."""
        rows = self._by_slug.rows(**slug) if slug else self._any.rows()
        return self._made(rows[0]) if rows else None

    def _build(self, **slug: str) -> QuerySet[P, Any]:
        pages = self._model.objects.filter(live=True, locale__language_code=self._language, **slug)
        if PICTURE.keys() & self._annotations.keys():
            pages = with_picture(pages, LARGE)
        found = pages.annotate(**self._annotations).order_by("path")[:1]
        of_software = (f"software__{name}" for name in self._software)
        return found.values_list(*self._columns, *of_software, *self._annotations)

    def _made(self, row: list[Any]) -> P:
        values = iter(row)
        page = _instance(self._model, self._columns, values)
        if self._software:
            page.software = _instance(SoftwareProduct, self._software, values)
        for name, value in zip(self._annotations, values, strict=True):
            setattr(page, name, value)
        return page


def _ordered(model: type[Model], names: Iterable[str]) -> tuple[str, ...]:
    """In the order of the model's fields, which is that in which ``from_db`` takes their values."""
    wanted = set(names)
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in wanted)


def _instance(model: type[M], names: tuple[str, ...], values: Iterator[Any]) -> M:
    return model.from_db(DEFAULT_DB_ALIAS, names, list(islice(values, len(names))))
