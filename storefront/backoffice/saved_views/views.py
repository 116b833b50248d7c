"""Saving a view of a list under a name, and deleting it. Which lists there are, their classes say with ``offer``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from storefront.backoffice.models import SavedView
from storefront.backoffice.rights import StaffOnly, has_any
from storefront.core import error_pages
from storefront.core.user_input import characters
from storefront.users.models import User

#: What the address of a list holds beside its filters, columns and sorting.
PASSING = frozenset({"p", "export", "_w_filter_fragment", "next"})
#: Views of one person for one list.
MOST = 50
DELETE = "backoffice.delete_savedview"


@dataclass(frozen=True)
class KnownList:
    """A list that views can be saved for: its route, and who may see it."""

    route: str
    permissions: tuple[str, ...]


_LISTS: dict[str, KnownList] = {}


def offer(list_name: str, *, route: str, permissions: tuple[str, ...]) -> None:
    """Let views of a list be saved. Call it in the section's ``hooks.py``."""
    _LISTS[list_name] = KnownList(route, permissions)


def cleaned_query(data: QueryDict) -> str:
    """The query string of a list without what does not belong to a view, in one order."""
    pairs = [(name, value) for name in sorted(data) if name not in PASSING for value in data.getlist(name) if value]
    return urlencode(pairs)


@dataclass(frozen=True)
class Offered:
    """A saved view as the list shows it."""

    view: SavedView
    url: str
    is_current: bool
    may_delete: bool


def offered(list_name: str, user: Any, *, current: str) -> list[Offered]:
    """The user's own views of a list and those shared with everybody; one query."""
    known = _LISTS[list_name]
    rows = SavedView.objects.filter(Q(owner_id=user.pk) | Q(is_shared=True), list_name=list_name)
    return [
        Offered(row, f"{reverse(known.route)}?{row.query}", row.query == current, _may_delete(user, row))
        for row in rows
    ]


class _OfAList(StaffOnly, View):
    """Whoever may see one of the lists may save views of it; the right to the very list is checked below."""

    http_method_names = ["post"]

    @property
    def permissions(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple({permission for known in _LISTS.values() for permission in known.permissions})

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.user = cast(User, request.user)


class Save(_OfAList):
    """Save the view that the posted ``query`` shows; one of that name is replaced."""

    def post(self, request: HttpRequest) -> HttpResponse:
        known = _LISTS.get(request.POST.get("list", ""))
        if known is None or not has_any(self.user, known.permissions):
            return error_pages.forbidden(request)
        name = characters.one_line(request.POST.get("name", ""))[:80]
        query = cleaned_query(QueryDict(request.POST.get("query", "")[:2000]))
        if not name:
            messages.error(request, _("Give the view a name."))
        elif not self._save(request.POST["list"], name, query):
            messages.error(request, _("You have too many views of this list. Delete one first."))
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
        return redirect(f"{reverse(known.route)}?{query}")

    def _save(self, list_name: str, name: str, query: str) -> bool:
        with transaction.atomic():
            mine = SavedView.objects.filter(owner=self.user, list_name=list_name)
            if mine.exclude(name=name).count() >= MOST:
                return False
            values = {"query": query, "is_shared": "is_shared" in self.request.POST}
            SavedView.objects.update_or_create(owner=self.user, list_name=list_name, name=name, defaults=values)
        return True


class Delete(_OfAList):
    """One's own view, or anybody's shared one with the right to it."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visible = SavedView.objects.filter(Q(owner=self.user) | Q(is_shared=True))
        view = get_object_or_404(visible, pk=pk)
        if not _may_delete(self.user, view):
            return error_pages.forbidden(request)
        view.delete()
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect(_LISTS[view.list_name].route) if view.list_name in _LISTS else redirect("wagtailadmin_home")


def _may_delete(user: User, view: SavedView) -> bool:
    return view.owner_id == user.pk or (view.is_shared and user.has_perm(DELETE))
