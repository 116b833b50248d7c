"""An act of staff on one thing: a form with a reason, a preview of what will happen, the act itself, a log entry.

A page shows the form. Sending it shows the preview; what is confirmed is what was previewed: where it would come out
differently meanwhile, the new preview is shown instead. A confirmation counts once, however often it is sent: each
further one is led to what came of the first. It works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django import forms
from django.contrib import messages
from django.db import OperationalError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice import confirmations, history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.pages import Crumb, trail
from storefront.backoffice.rights import StaffOnly
from storefront.core import states
from storefront.gateways.errors import GatewayError
from storefront.users.models import User


class Refused(Exception):
    """The act is not possible now. ``message`` is shown at the form, ``field`` names the field it belongs to."""

    def __init__(self, message: str | Promise, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field


class _Changed(Exception):
    """What would happen now is not what was confirmed."""

    def __init__(self, form: Any, sentences: list[str]) -> None:
        self.form, self.sentences = form, sentences


@dataclass(frozen=True)
class Outcome:
    """What an act did. ``before`` and ``after``: values by name, for the log."""

    message: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class ActView(StaffOnly, WagtailAdminTemplateMixin, FormView):
    """One act. A subclass names ``permissions``, ``action`` (for the log), ``page_title``, ``submit_label``,
    ``form_class``, and implements ``get_object``, ``preview``, ``perform`` and ``get_success_url``.

    ``perform`` runs in the transaction that also writes the log entry, with customer and object locked since before
    the last preview. An act that asks a provider must not be in one: it sets ``is_atomic = False`` and calls
    ``self.record`` in its own transaction. What it was told to do may change after the last preview, so either its
    service refuses under its locks whatever is not as confirmed, or it calls ``self.look_again`` under them.
    """

    template_name = "backoffice/act.html"
    form_class: type[forms.Form] = ActForm
    action: str
    submit_label: str | Promise = gettext_lazy("Continue")
    is_serious = False
    is_atomic = True
    #: What services raise here when the act is not possible just now; ``explain`` says it in words.
    expected_errors: tuple[type[Exception], ...] = (GatewayError, OperationalError)
    crumbs: tuple[Crumb, ...] = ()
    http_method_names = ["get", "head", "post", "options"]
    object: models.Model
    _digest = ""  # of what was confirmed, while an act in steps is under way

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.user: User = request.user  # type: ignore[assignment]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def get_object(self) -> models.Model:
        """The thing acted on, or Http404."""
        raise NotImplementedError

    def preview(self, form: Any) -> Iterable[str]:
        """What will happen, a sentence each. Raises Refused. Changes nothing."""
        raise NotImplementedError

    def perform(self, form: Any) -> Outcome:
        """Do it. Raises Refused or one of ``expected_errors``."""
        raise NotImplementedError

    def explain(self, error: Exception) -> Refused:
        """An error of ``expected_errors`` in words."""
        if isinstance(error, GatewayError):
            return Refused(_("The provider does not answer just now. Nothing was changed; please try again."))
        if not self.is_atomic:
            return Refused(
                _("The database is busy. What you confirmed may be done already: look before you try again.")
            )
        return Refused(_("The database is busy. Nothing was changed; please try again."))

    def customer(self) -> User | None:
        """Whose business it is, for their time line."""
        customer: User | None = getattr(self.object, "customer", None)
        return customer

    def others(self, form: Any) -> Iterable[User]:
        """Further customers whom it concerns: locked with the first. ``form`` is valid."""
        return ()

    def record(self, outcome: Outcome, form: Any) -> None:
        history.record(
            self.object, self.action, by=self.user, reason=form.cleaned_data.get("reason", ""), before=outcome.before,
            after=outcome.after, customer=self.customer(), is_told=bool(form.cleaned_data.get("tell_customer")),
        )  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key, digest = confirmations.read(request.POST.get("confirmed", ""))
        used = confirmations.find(key) if key and "back" not in request.POST else None
        if used and used.url:
            return self._again(used.url)
        self.object = self.get_object()
        if used:  # under way, or nobody knows what came of it
            return self._again(self.get_success_url())
        form = self.get_form()
        if not form.is_valid() or "back" in request.POST:
            return self._shown(form)
        try:
            if not key:
                return self._previewed(form, self._sentences(form), is_changed="confirmed" in request.POST)
            return self._at_once(form, key, digest) if self.is_atomic else self._in_steps(form, key, digest)
        except _Changed as changed:
            if changed.form.errors:
                return self._shown(changed.form)
            return self._previewed(changed.form, changed.sentences, is_changed=True)
        except Refused as refused:
            return self._refused(form, refused)
        except self.expected_errors as error:
            return self._refused(form, self.explain(error))

    def _sentences(self, form: Any) -> list[str]:
        return [str(sentence) for sentence in self.preview(form)]

    def _previewed(self, form: Any, sentences: list[str], *, is_changed: bool) -> HttpResponse:
        confirmed = confirmations.write(confirmations.digest(sentences, form.cleaned_data))
        context = self.get_context_data(form=form, preview=sentences, confirmed=confirmed, is_changed=is_changed)
        return self.render_to_response(context)

    def look_again(self) -> None:
        """For an act in steps, in its transaction and under its locks, before it changes anything: shows the preview
        anew, with nothing done, if what would happen is not what was confirmed."""
        self._checked_again(self._digest)

    def _checked_again(self, digest: str) -> Any:
        """The form, valid for the object as it is now."""
        self.object = self.get_object()
        form = self.get_form()
        if not form.is_valid():
            raise _Changed(form, [])
        self._check(form, digest)
        return form

    def _check(self, form: Any, digest: str) -> None:
        sentences = self._sentences(form)
        if confirmations.digest(sentences, form.cleaned_data) != digest:
            raise _Changed(form, sentences)

    def _at_once(self, form: Any, key: str, digest: str) -> HttpResponse:
        """Look again under the locks, and act if it is what was confirmed: all or nothing."""
        with transaction.atomic():
            if not confirmations.use(key):
                used = confirmations.find(key)
                return self._again(used.url if used else self.get_success_url())
            self._hold(form)
            form = self._checked_again(digest)
            outcome = self.perform(form)
            self.record(outcome, form)
            confirmations.done(key, url := str(self.get_success_url()))
        return self._done(outcome, url)

    def _in_steps(self, form: Any, key: str, digest: str) -> HttpResponse:
        """The act commits by itself, so the confirmation is used up before; given back where nothing was done."""
        self._check(form, digest)
        if not confirmations.use(key):
            return self._again(self.get_success_url())
        self._digest = digest
        try:
            outcome = self.perform(form)
        except (Refused, _Changed, ReauthenticationRequired, *self.expected_errors) as error:
            if not isinstance(error, OperationalError):
                confirmations.give_back(key)
            raise
        confirmations.done(key, url := str(self.get_success_url()))
        return self._done(outcome, url)

    def _hold(self, form: Any) -> None:
        """Lock the customers, as everything that concerns them does first, by their numbers, then the object."""
        if self.object is not None:
            customers = {each.pk: each for each in (self.customer(), *self.others(form)) if each is not None}
            rows: list[models.Model] = [*(customers[pk] for pk in sorted(customers)), self.object]
            for row in rows:
                states.hold(row)

    def _done(self, outcome: Outcome, url: str) -> HttpResponse:
        messages.success(self.request, outcome.message)
        return redirect(url)

    def _again(self, url: str | Promise) -> HttpResponse:
        messages.info(self.request, _("This confirmation was sent more than once; it is carried out once."))
        return redirect(str(url))

    def _refused(self, form: Any, refused: Refused) -> HttpResponse:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return self._shown(form)

    def _shown(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422 if form.errors else 200)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(self.crumbs, self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "submit_label": self.submit_label,
            "is_serious": self.is_serious,
            "cancel_url": self.get_success_url(),
            "thing": thing_of(self.get_breadcrumbs_items()),
            "whose": self.customer() if self.object is not None else None,
        }


def thing_of(breadcrumbs: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What is acted on: the nearest page of one thing above the act."""
    return next((each for each in reversed(breadcrumbs) if each.get("is_thing")), None)
