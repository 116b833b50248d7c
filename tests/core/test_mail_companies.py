"""A shop whose mails cannot be sent does not start; the table of companies is held against django-anymail itself."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from anymail import backends
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailImproperlyInstalled,
    AnymailWebhookValidationFailure,
)
from django.test import RequestFactory
from django.utils.module_loading import import_string

from storefront.core import mail_companies
from storefront.core.checks import mails_can_be_sent
from storefront.core.mail_companies import COMPANIES, problems
from tests.core.test_production_settings import run

NOT_COMPANIES = {"base", "base_requests", "console", "test"}
#: Values that anymail takes for its settings where not any text will do.
VALUES = {
    "POSTAL_WEBHOOK_KEY": "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu"
    "KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==",
}
pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailWarning")


def path(name: str) -> str:
    return f"anymail.backends.{name}.EmailBackend"


def needed(name: str) -> dict[str, str]:
    return dict.fromkeys(COMPANIES[name].needs, "https://mail.example/")


def is_installed(name: str) -> bool:
    return not COMPANIES[name].package or find_spec(COMPANIES[name].package) is not None


def test_every_backend_of_anymail_is_in_the_table() -> None:
    assert {module.name for module in pkgutil.iter_modules(backends.__path__)} - NOT_COMPANIES == set(COMPANIES)


@pytest.mark.parametrize("name", COMPANIES)
def test_anymail_wants_exactly_what_the_table_says(name: str, settings: Any) -> None:
    settings.ANYMAIL = needed(name)
    if not is_installed(name):
        with pytest.raises(AnymailImproperlyInstalled, match=COMPANIES[name].package):
            import_string(path(name))().open()
        return
    import_string(path(name))()
    for left_out in COMPANIES[name].needs:
        settings.ANYMAIL = {key: value for key, value in needed(name).items() if key != left_out}
        with pytest.raises(AnymailConfigurationError, match=left_out):
            import_string(path(name))()


@pytest.mark.parametrize("name", [name for name in COMPANIES if COMPANIES[name].webhook])
def test_anymail_reads_what_the_company_tells(name: str, settings: Any) -> None:
    company = COMPANIES[name]
    assert not company.can_prove({})
    for proof in {"WEBHOOK_SECRET", company.signed_by} - {""}:
        if proof == company.signed_by and company.signing_package and find_spec(company.signing_package) is None:
            continue
        settings.ANYMAIL = needed(name) | {proof: VALUES.get(proof, "secret")}
        if proof == "WEBHOOK_SECRET" and company.signed_by:  # some sign whatever else there is
            settings.ANYMAIL[company.signed_by] = VALUES.get(company.signed_by, "secret")
        if name in ("resend", "sendgrid"):
            settings.ANYMAIL.pop(company.signed_by, None)
            settings.ANYMAIL["WEBHOOK_SECRET"] = "a:b"
        assert company.can_prove(settings.ANYMAIL)
        assert hasattr(import_string(company.webhook)(), "parse_events")


def said(settings: Any, backend: str, anymail: dict[str, str]) -> list[str]:
    settings.SANDBOX = False
    settings.EMAIL_BACKEND, settings.ANYMAIL = backend, anymail
    return [each.msg for each in mails_can_be_sent()]


@pytest.mark.parametrize("name", COMPANIES)
def test_the_system_check_names_what_is_missing(name: str, settings: Any) -> None:
    company = COMPANIES[name]
    package = f"EMAIL_BACKEND: {company.name} needs the package {company.package}, which is not installed."
    expected = [] if is_installed(name) else [package]
    assert said(settings, path(name), needed(name)) == expected
    for left_out in company.needs:
        anymail = {key: value for key, value in needed(name).items() if key != left_out}
        missing = f"ANYMAIL has no {left_out}, which {company.name} needs."
        assert said(settings, path(name), anymail) == [*expected, missing]


@pytest.mark.parametrize("backend", sorted(mail_companies.SEND_NOTHING))
def test_a_backend_that_sends_nothing_is_refused(backend: str, settings: Any) -> None:
    import_module(backend.rpartition(".")[0])
    assert said(settings, backend, {}) == [f"EMAIL_BACKEND is {backend}, which sends no mail."]


def test_a_backend_that_does_not_exist_is_refused(settings: Any) -> None:
    assert "no such backend" in said(settings, path("postmrak"), {})[0]
    assert "no such backend" in said(settings, path("base"), {})[0]
    assert "no such module" in said(settings, "acme.mail.EmailBackend", {})[0]
    assert said(settings, mail_companies.SMTP, {}) == []


@pytest.mark.parametrize("name", COMPANIES)
def test_a_secret_without_which_nothing_is_believed_is_named(name: str, settings: Any) -> None:
    """Held against anymail: without it the view cannot be made, or no message passes it."""
    company = COMPANIES[name]
    if not company.webhook:
        return
    settings.ANYMAIL = needed(name) | {"WEBHOOK_SECRET": "a:b"}
    settings.ANYMAIL.pop(company.signed_by, None) if company.signed_by not in company.needs else None
    said_by_us = [text for text in problems(path(name), settings.ANYMAIL) if "is believed" in text]
    assert bool(said_by_us) == company.must_sign
    request = RequestFactory().post(
        "/", b"{}", content_type="application/json", headers={"Authorization": "Basic YTpi"}
    )
    try:
        import_string(company.webhook)().run_validators(request)
    except AnymailConfigurationError:
        assert company.must_sign
    except AnymailWebhookValidationFailure:
        assert company.must_sign or company.signed_by in ("MAILGUN_WEBHOOK_SIGNING_KEY", "UNISENDER_GO_API_KEY")
    else:
        assert not company.must_sign


def test_what_checks_a_signature_is_named_if_it_is_missing() -> None:
    anymail = needed("resend") | {"RESEND_SIGNING_SECRET": "whsec_x"}
    missing = ["ANYMAIL: RESEND_SIGNING_SECRET needs the package svix, which is not installed."]
    assert list(problems(path("resend"), anymail)) == ([] if find_spec("svix") else missing)


#: Loads the production settings anew for each pair of EMAIL_BACKEND and ANYMAIL; prints what each refuses.
EACH = """
import importlib, json, os, sys
from django.core.exceptions import ImproperlyConfigured
said = []
for backend, anymail in json.loads(sys.stdin.read()):
    os.environ["EMAIL_BACKEND"], os.environ["ANYMAIL"] = backend, anymail
    for name in [name for name in sys.modules if name.startswith("storefront.settings")]:
        del sys.modules[name]
    try:
        importlib.import_module("storefront.settings.production")
        said.append("")
    except ImproperlyConfigured as refusal:
        said.append(str(refusal))
print(json.dumps(said))
"""


def test_production_starts_with_every_company_and_with_none_that_lacks_something() -> None:
    cases: list[tuple[str, str, str]] = []
    for name, company in COMPANIES.items():
        absent = "" if is_installed(name) else company.package
        cases.append((path(name), json.dumps(needed(name)), absent))
        for left_out in company.needs:
            rest = {key: value for key, value in needed(name).items() if key != left_out}
            cases.append((path(name), json.dumps(rest | {"OTHER": "x"}), left_out))
    cases += [(backend, "{}", "sends no mail") for backend in sorted(mail_companies.SEND_NOTHING)]
    done = run(EACH, {}, stdin=json.dumps([case[:2] for case in cases]))
    assert done.returncode == 0, done.stderr
    for (backend, _anymail, named), refusal in zip(cases, json.loads(done.stdout), strict=True):
        assert (named in refusal) if named else refusal == "", (backend, named, refusal)
        assert refusal.count("\n") == bool(named), refusal  # nothing else is said, and nothing twice
