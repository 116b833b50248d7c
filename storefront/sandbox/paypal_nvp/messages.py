"""IPN: forms in windows-1252, posted to the address that the payment named, again and again until answered with 200;
and the confirmation that we sent them."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode, urlsplit

from storefront.sandbox.paypal_nvp.state import Object, State
from storefront.sandbox.server import Request, Response

#: Pauses between attempts, in seconds; PayPal takes four days for its fifteen.
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
PATIENCE = 10.0
_WORDS = {"Partially-Refunded": "Refunded", "Canceled-Reversal": "Canceled_Reversal"}


@dataclass
class Mode:
    """How deliveries misbehave: ``copies`` of each, ``hold`` until released, ``drop`` altogether."""

    copies: int = 1
    hold: bool = False
    drop: bool = False


@dataclass
class _Parcel:
    body: bytes
    url: str
    due: float
    attempt: int = 0


class Messages:
    """``verify`` answers about exactly those bytes that were made here."""

    def __init__(self, state: State, account: str) -> None:
        self._state, self._account = state, account
        self.mode = Mode()
        self.deliveries: list[dict[str, object]] = []
        self._held: list[_Parcel] = []
        self._waiting: list[_Parcel] = []
        self._busy = 0
        self._change = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="paypal-nvp-messages", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def tell(self, subject: Object) -> None:
        """Send the message about a transaction as it stands now."""
        body = urlencode(self._fields(subject), encoding="windows-1252").encode()
        with self._state.changing() as data:
            data["messages"].append({"body": body.decode(), "url": subject["notify"], "about": subject["id"]})
        if subject["notify"] and not self.mode.drop:
            self._send([_Parcel(body, subject["notify"], time.monotonic()) for _ in range(self.mode.copies)])

    def verify(self, request: Request) -> Response:
        """``cmd=_notify-validate`` and the bytes as they were sent."""
        command, _, rest = request.body.partition(b"&")
        with self._state.changing() as data:
            known = {each["body"].encode() for each in data["messages"]}
        is_known = command == b"cmd=_notify-validate" and rest in known
        return Response(b"VERIFIED" if is_known else b"INVALID", headers={"Content-Type": "text/html; charset=UTF-8"})

    def release(self, *, is_reversed: bool = False) -> int:
        """Send what was held; how many."""
        with self._change:
            held, self._held = self._held, []
        self._send(held[::-1] if is_reversed else held, is_released=True)
        return len(held)

    def resend(self, number: int = -1) -> None:
        """One of the messages so far, once more."""
        with self._state.changing() as data:
            message = data["messages"][number]
        self._send([_Parcel(message["body"].encode(), message["url"], time.monotonic())], is_released=True)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until everything was answered or given up."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def _fields(self, subject: Object) -> dict[str, str]:
        status, is_refund = subject["status"], subject["type"] == "Refund"
        fields = {
            "txn_id": subject["id"], "payment_status": "Refunded" if is_refund else _WORDS.get(status, status),
            "mc_gross": subject["amount"], "mc_currency": subject["currency"], "mc_fee": subject["fee"],
            "invoice": subject["invoice"], "custom": subject["custom"], "receiver_id": self._account,
            "receiver_email": "seller@example.com", "payer_id": subject["payer"], "payer_email": "buyer@example.com",
            "first_name": "Test", "last_name": "Bu\xdfer", "charset": "windows-1252", "notify_version": "3.9",
            "payment_date": time.strftime("%H:%M:%S %b %d, %Y PST", time.gmtime(subject["created"])), "test_ipn": "1",
            "verify_sign": secrets.token_hex(28), "ipn_track_id": secrets.token_hex(7)[:13],
        }  # fmt: skip
        if subject["pending"] != "none":
            fields["pending_reason"] = subject["pending"]
        if subject["reason"] != "None":
            fields["reason_code"] = subject["reason"]
        if is_refund:
            return fields | {"parent_txn_id": subject["parent"]}
        if status in ("Reversed", "Canceled-Reversal"):
            # A transaction of its own that takes the money, or brings it back.
            amount = Decimal(subject["amount"]) * (-1 if status == "Reversed" else 1)
            return fields | {
                "parent_txn_id": subject["id"],
                "txn_id": secrets.token_hex(9)[:17].upper(),
                "mc_gross": str(amount),
            }
        return fields | {"txn_type": "express_checkout"}

    def _send(self, parcels: list[_Parcel], *, is_released: bool = False) -> None:
        with self._change:
            (self._held if self.mode.hold and not is_released else self._waiting).extend(parcels)
            self._change.notify_all()

    def _run(self) -> None:
        while not self._stopped:
            with self._change:
                if not any(parcel.due <= time.monotonic() for parcel in self._waiting):
                    self._change.wait(0.2)
                due = [parcel for parcel in self._waiting if parcel.due <= time.monotonic()]
                self._waiting = [parcel for parcel in self._waiting if parcel not in due]
                self._busy += len(due)
            for parcel in due:
                self._deliver(parcel)

    def _deliver(self, parcel: _Parcel) -> None:
        status = _post(parcel)
        self.deliveries.append({"url": parcel.url, "status": status})
        with self._change:
            self._busy -= 1
            if status != 200 and parcel.attempt < len(BACKOFF):
                due = time.monotonic() + BACKOFF[parcel.attempt]
                self._waiting.append(_Parcel(parcel.body, parcel.url, due, parcel.attempt + 1))
            self._change.notify_all()


def _post(parcel: _Parcel) -> int:
    """One attempt; 0 if there was no answer."""
    parts = urlsplit(parcel.url)
    if parts.scheme != "http" or not parts.hostname:
        return 0  # no address, or one outside this machine
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=PATIENCE)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "PayPal IPN (stand-in)"}
    try:
        connection.request("POST", parts.path, body=parcel.body, headers=headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
