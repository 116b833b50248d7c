"""The mail companies (ESPs) that django-anymail supports: what each needs, and how it reports bounces and complaints.

https://anymail.dev/en/stable/esps/ has a page for each. Plain values, because the settings use them before anything is
loaded; a test compares the table with anymail itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

ANYMAIL = "anymail.backends."
SMTP = "django.core.mail.backends.smtp.EmailBackend"
#: They write mails to a console, a file, the memory or nowhere.
SEND_NOTHING = frozenset(
    [f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")]
    + [f"{ANYMAIL}{name}.EmailBackend" for name in ("console", "test")]
)


@dataclass(frozen=True, slots=True)
class MailCompany:
    """``needs``: settings of ANYMAIL without which nothing can be sent; ``package``: what must be installed beside
    anymail. ``webhook``: anymail's view that reads what the company tells (none: it tells nothing here);
    ``signed_by``: the setting with whose secret the company signs that, where it does; ``must_sign``: anymail believes
    nothing without it; ``signing_package``: what checking the signature needs. ``inbound``:
    anymail's view that reads the mails it receives for us (none: not used here; Mandrill and MailerSend sign those with
    a secret of their own, Brevo and Resend have to be asked for them); ``signs_inbound``: it signs them, too."""

    name: str
    needs: tuple[str, ...]
    package: str = ""
    webhook: str = ""
    signed_by: str = ""
    must_sign: bool = False
    signing_package: str = ""
    inbound: str = ""
    signs_inbound: bool = False

    def can_prove_inbound(self, anymail: Mapping[str, Any]) -> bool:
        """Whether mails that it hands over can be authenticated."""
        is_signed = self.signs_inbound and anymail.get(self.signed_by)
        return bool(self.inbound and (is_signed or (anymail.get("WEBHOOK_SECRET") and not self.must_sign)))

    def can_prove(self, anymail: Mapping[str, Any]) -> bool:
        """Whether its webhooks can be authenticated: by signature, or by MAIL_WEBHOOK_SECRETS."""
        return bool(self.webhook and (anymail.get("WEBHOOK_SECRET") or anymail.get(self.signed_by)))


def _view(module: str, name: str) -> str:
    return f"anymail.webhooks.{module}.{name}TrackingWebhookView"


def _inbound(module: str, name: str) -> str:
    return f"anymail.webhooks.{module}.{name}InboundWebhookView"


#: By the module in anymail.backends.
COMPANIES: dict[str, MailCompany] = {
    "amazon_ses": MailCompany("Amazon SES", (), package="boto3"),
    "brevo": MailCompany("Brevo", ("BREVO_API_KEY",), webhook=_view("brevo", "Brevo")),
    "mailersend": MailCompany(
        "MailerSend", ("MAILERSEND_API_TOKEN",), webhook=_view("mailersend", "MailerSend"),
        signed_by="MAILERSEND_SIGNING_SECRET", must_sign=True,
    ),
    "mailgun": MailCompany(
        "Mailgun", ("MAILGUN_API_KEY",), webhook=_view("mailgun", "Mailgun"), signed_by="MAILGUN_WEBHOOK_SIGNING_KEY",
        inbound=_inbound("mailgun", "Mailgun"), signs_inbound=True,
    ),
    "mailjet": MailCompany(
        "Mailjet", ("MAILJET_API_KEY", "MAILJET_SECRET_KEY"), webhook=_view("mailjet", "Mailjet"),
        inbound=_inbound("mailjet", "Mailjet"),
    ),
    "mailtrap": MailCompany(
        "Mailtrap", ("MAILTRAP_API_TOKEN",), webhook=_view("mailtrap", "Mailtrap"), signed_by="MAILTRAP_TRACKING_SECRET"
    ),
    "mandrill": MailCompany(
        "Mandrill", ("MANDRILL_API_KEY",), webhook="anymail.webhooks.mandrill.MandrillCombinedWebhookView",
        signed_by="MANDRILL_WEBHOOK_KEY", must_sign=True,
    ),
    "postal": MailCompany(
        "Postal", ("POSTAL_API_KEY", "POSTAL_API_URL"), webhook=_view("postal", "Postal"),
        signed_by="POSTAL_WEBHOOK_KEY", must_sign=True, inbound=_inbound("postal", "Postal"), signs_inbound=True,
    ),
    "postmark": MailCompany(
        "Postmark", ("POSTMARK_SERVER_TOKEN",), webhook=_view("postmark", "Postmark"),
        inbound=_inbound("postmark", "Postmark"),
    ),
    "resend": MailCompany(
        "Resend", ("RESEND_API_KEY",), webhook=_view("resend", "Resend"), signed_by="RESEND_SIGNING_SECRET",
        signing_package="svix",
    ),
    "scaleway": MailCompany("Scaleway", ("SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID")),
    "sendgrid": MailCompany(
        "SendGrid", ("SENDGRID_API_KEY",), webhook=_view("sendgrid", "SendGrid"),
        signed_by="SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY", inbound=_inbound("sendgrid", "SendGrid"),
    ),
    "sendinblue": MailCompany("SendinBlue", ("SENDINBLUE_API_KEY",), webhook=_view("sendinblue", "SendinBlue")),
    "sparkpost": MailCompany(
        "SparkPost", ("SPARKPOST_API_KEY",), webhook=_view("sparkpost", "SparkPost"),
        inbound=_inbound("sparkpost", "SparkPost"),
    ),
    "unisender_go": MailCompany(
        "Unisender Go", ("UNISENDER_GO_API_KEY", "UNISENDER_GO_API_URL"), webhook=_view("unisender_go", "UnisenderGo"),
        signed_by="UNISENDER_GO_API_KEY",
    ),
}  # fmt: skip


def company_of(backend: str) -> MailCompany | None:
    """The company of a value of EMAIL_BACKEND; None for other backends."""
    return COMPANIES.get(backend.removeprefix(ANYMAIL).partition(".")[0]) if backend.startswith(ANYMAIL) else None


def problems(backend: str, anymail: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each reason why EMAIL_BACKEND with these settings of ANYMAIL cannot send; no secrets in them."""
    if backend in SEND_NOTHING:
        yield f"EMAIL_BACKEND is {backend}, which sends no mail."
        return
    company = company_of(backend)
    if company is None:
        if backend.startswith(ANYMAIL):
            yield f"EMAIL_BACKEND is {backend}, and django-anymail has no such backend."
        elif not _is_there(backend.rpartition(".")[0]):
            yield f"EMAIL_BACKEND is {backend}, and there is no such module."
        return
    if company.package and not _is_there(company.package):
        yield f"EMAIL_BACKEND: {company.name} needs the package {company.package}, which is not installed."
    for name in company.needs:
        if not anymail.get(name):
            yield f"ANYMAIL has no {name}, which {company.name} needs."
    if company.must_sign and anymail.get("WEBHOOK_SECRET") and not anymail.get(company.signed_by):
        yield f"ANYMAIL has no {company.signed_by}, without which nothing that {company.name} tells is believed."
    if company.signing_package and anymail.get(company.signed_by) and not _is_there(company.signing_package):
        yield f"ANYMAIL: {company.signed_by} needs the package {company.signing_package}, which is not installed."


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
