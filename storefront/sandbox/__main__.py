"""``python -m storefront.sandbox``: the stand-ins of all outside companies on loopback, until stopped."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from storefront.sandbox.bitrix24 import Bitrix24StandIn
from storefront.sandbox.mail import MailStandIn
from storefront.sandbox.paymaster import PayMasterStandIn
from storefront.sandbox.paypal import PayPalStandIn
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from storefront.sandbox.sberbank import SberbankStandIn
from storefront.sandbox.simplepay import SimplePayStandIn
from storefront.sandbox.simplepay_pro import SimplePayProStandIn
from storefront.sandbox.stripe import StripeStandIn
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from storefront.sandbox.vies import ViesStandIn
from storefront.sandbox.webmoney import WebMoneyStandIn
from storefront.sandbox.yookassa import YooKassaStandIn


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="storefront.sandbox", description=__doc__)
    parser.add_argument("--shop", required=True, help="origin of the shop, e.g. http://127.0.0.1:8000")
    parser.add_argument(
        "--port",
        type=int,
        default=8100,
        help="Stripe here, then mail, Bitrix24 (three ports), VIES, PayPal, PayPal classic, 2Checkout, Sberbank, "
        "YooKassa, SimplePay, PayMaster, WebMoney, simplepay.pro",
    )
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps the stand-ins' state")
    parser.add_argument("--apps", type=json.loads, default=[], help="JSON list: code, client_id, client_secret")
    parser.add_argument("--stripe-key", default="sk_test_sandbox")
    parser.add_argument("--stripe-webhook-secret", default="whsec_sandbox")
    parser.add_argument("--paypal-client", default="sandbox-paypal-client:sandbox-paypal-secret", help="id:secret")
    parser.add_argument("--paypal-webhook-id", default="SANDBOX-WEBHOOK")
    parser.add_argument("--twocheckout-sells", action="store_true", help="its account is on the plan 2Monetize")
    parser.add_argument("--mail-webhook-secret", default="sandbox:mail-webhook-of-no-value")
    parser.add_argument("--inbound-domain", default="reply.northbridge.example")
    parser.add_argument("--mail-token", default="sandbox-mail-token")
    return parser.parse_args()


def build(options: argparse.Namespace) -> list[Any]:
    """All stand-ins, not started yet."""
    options.state.mkdir(parents=True, exist_ok=True)
    pages = {"install_url": "install", "app_url": "app", "events_url": "events"}
    apps = [
        {"name": app["code"], **app, **{key: f"{options.shop}/bitrix24/{page}/" for key, page in pages.items()}}
        for app in options.apps
    ]
    return [
        StripeStandIn(
            port=options.port,
            api_key=options.stripe_key,
            webhook_secret=options.stripe_webhook_secret,
            webhook_url=f"{options.shop}/hooks/stripe/",
            state_path=options.state / "stripe.json",
        ),
        MailStandIn(
            port=options.port + 1,
            server_token=options.mail_token,
            state_path=options.state / "mail.json",
            webhook_url=f"{options.shop}/hooks/mail/",
            webhook_auth=options.mail_webhook_secret,
            inbound_url=f"{options.shop}/hooks/mail-inbound/",
            inbound_domain=options.inbound_domain,
        ),
        Bitrix24StandIn(
            port=options.port + 2,
            apps=apps,
            portals=[
                {"name": "acme", "member_id": "a223c6b3710f85df22e9377d6c4f7553"},
                {"name": "globex", "member_id": "5c1d0e94b7a84f6fa2f38c5be7d90a16"},
            ],
            state_path=options.state / "bitrix24.json",
        ),
        ViesStandIn(port=options.port + 5),
        *_more_ways_to_pay(options),
        *_local_ways_to_pay(options),
    ]


def _more_ways_to_pay(options: argparse.Namespace) -> list[Any]:
    return [
        PayPalStandIn(
            port=options.port + 6,
            client_id=options.paypal_client.partition(":")[0],
            client_secret=options.paypal_client.partition(":")[2],
            webhook_id=options.paypal_webhook_id,
            webhook_url=f"{options.shop}/hooks/paypal/",
            state_path=options.state / "paypal.json",
        ),
        PayPalNvpStandIn(port=options.port + 7, state_path=options.state / "paypal_nvp.json"),
        TwoCheckoutStandIn(
            port=options.port + 8,
            ipn_url=f"{options.shop}/hooks/twocheckout/",
            sells=options.twocheckout_sells,
            state_path=options.state / "twocheckout.json",
        ),
    ]


def _local_ways_to_pay(options: argparse.Namespace) -> list[Any]:
    return [
        SberbankStandIn(
            port=options.port + 9,
            callback_url=f"{options.shop}/hooks/sberbank/",
            state_path=options.state / "sberbank.json",
        ),
        YooKassaStandIn(
            port=options.port + 10,
            webhook_url=f"{options.shop}/hooks/yookassa/",
            state_path=options.state / "yookassa.json",
        ),
        SimplePayStandIn(
            port=options.port + 11,
            ipn_url=f"{options.shop}/hooks/simplepay/",
            state_path=options.state / "simplepay.json",
        ),
        WebMoneyStandIn(
            port=options.port + 13,
            result_url=f"{options.shop}/hooks/webmoney/",
            state_path=options.state / "webmoney.json",
        ),
        PayMasterStandIn(port=options.port + 12, state_path=options.state / "paymaster.json"),
        SimplePayProStandIn(
            port=options.port + 14,
            result_url=f"{options.shop}/hooks/simplepay_pro/",
            state_path=options.state / "simplepay_pro.json",
        ),
    ]


def main() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stand_ins = [stand_in.start() for stand_in in build(parse())]
    print("sandbox: ready", flush=True)
    stop.wait()
    for stand_in in stand_ins:
        stand_in.stop()


if __name__ == "__main__":
    main()
