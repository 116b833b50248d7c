"""``python -m tests.bench renewals``: 1,000 renewals whose day has come, done by one worker, on SQLite: orders, charges
at the Stripe stand-in, mails. Printed are seconds of each step for all, and how many were done.

The stand-in runs in the same process, so its work is counted, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.bench.servers import ROOT

RENEWALS = int(os.environ.get("BENCH_RENEWALS", "1000"))


def report(folder: Path) -> None:
    database = folder / "renewals.sqlite3"
    database.unlink(missing_ok=True)
    environment = {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "tests.bench.unmigrated"}
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, env={**os.environ, **environment}, check=True)
    database.unlink(missing_ok=True)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import override_settings

    from storefront.sandbox.stripe import StripeStandIn

    call_command("migrate", run_syncdb=True, verbosity=0)
    stand_in = StripeStandIn(port=0, api_key="sk_test_sandbox", webhook_secret="whsec_sandbox", webhook_url="")
    keys = {"STRIPE_API_KEY": "sk_test_sandbox", "STRIPE_WEBHOOK_SECRETS": ["whsec_sandbox"]}
    mail = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    with stand_in, override_settings(STRIPE_API_BASE=stand_in.base_url, **keys, **mail):
        _prepare(stand_in)
        _run()


def _prepare(stand_in: object) -> None:
    from storefront.notifications.models import OutboxMessage
    from storefront.users.models import User
    from tests.checkout.renewals.building import announced, make_product, save_card
    from tests.factories import make_shop, make_site

    make_site()
    make_shop()
    software = make_product()
    for number in range(RENEWALS):
        customer = User.objects.create_user(email=f"renews{number}@example.com", name="Ada Buyer")
        announced(customer, software, save_card(stand_in, customer))
    OutboxMessage.objects.filter(status="pending").update(status="sent")


def _run() -> None:
    from checkout.renewals import worker
    from storefront.billing.models import Invoice, PaymentAttempt
    from storefront.licensing.subscriptions import timing
    from storefront.notifications import outbox
    from storefront.notifications.models import OutboxMessage

    timing.WINDOW = timedelta(days=1)  # it is always morning
    seconds = _timed(worker.renew_due)
    charged = PaymentAttempt.objects.exclude(mandate=None).filter(status="succeeded").count()
    orders = Invoice.objects.filter(kind="renewal", status="paid").count()
    print(f"{RENEWALS:,} renewals due: {orders:,} orders paid by {charged:,} charges in {seconds:.1f} s", flush=True)
    seconds = _timed(outbox.deliver_due)
    mails = OutboxMessage.objects.filter(template="renewal_made", status="sent").count()
    print(f"  receipts: {mails:,} mails in {seconds:.1f} s")


def _timed(work: Callable[[], int]) -> float:
    begun = time.perf_counter()
    while work():
        pass
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
