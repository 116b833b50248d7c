"""The mail stand-in: takes mails like Postmark, keeps them, shows them."""

from __future__ import annotations

import base64
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Act, Faults, StateFile, add_controls
from storefront.sandbox.mail import inbound, pages, search, tracking
from storefront.sandbox.mail.messages import Message, Refused, read
from storefront.sandbox.server import Request, Response, StandIn

MOST_IN_A_BATCH = 500
KINDS = frozenset(("status", "hang", "lost", "reset"))


@dataclass
class Fault:
    """What goes wrong with the next ``count`` calls: ``status`` refuses with that HTTP status, ``reset`` closes unread;
    nothing is kept. ``hang`` answers after ``seconds``, ``lost`` never; the mail is kept."""

    kind: str = "status"
    count: int = 1
    status: int = 500
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {sorted(KINDS)}")


class MailStandIn(StandIn):
    """Args: ``server_token`` is the only token let in, ``state_path`` a file that carries the mails over a restart,
    ``webhook_url`` where bounces and complaints are told (nowhere if empty), with ``webhook_auth``: name:password;
    ``inbound_url`` where mails to ``inbound_domain`` are handed over, with the same."""

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        server_token: str = "sandbox-mail-token",
        state_path: Path | str | None = None,
        webhook_url: str = "",
        webhook_auth: str = "",
        inbound_url: str = "",
        inbound_domain: str = "",
    ) -> None:
        super().__init__(port=port, host=host)
        self.server_token = server_token
        self._webhook = (webhook_url, webhook_auth)
        self.inbound_url, self.inbound_domain = inbound_url, inbound_domain
        #: Addresses that get nothing any more, and why.
        self._suppressed: dict[str, str] = {}
        self._file = StateFile(state_path)
        self._lock = threading.Lock()
        self._faults = Faults[Fault]()
        self._messages = [Message(**saved) for saved in self._file.read() or ()]
        self.route("POST", "/email", lambda request: self._api(request, self._send))
        self.route("POST", "/email/batch", lambda request: self._api(request, self._send_batch))
        self.route("GET", "/messages/outbound", self._search)
        delete = r"/message-streams/outbound/suppressions/delete"
        self.route("POST", delete, lambda request: self._api(request, self._let_in))
        self.route("GET", "/", lambda request: pages.mailbox(self._find(request.query.get("to", ""))))
        self.route("GET", r"/m/(?P<id>\w+)", lambda request: self._page(request, pages.message_page))
        self.route("POST", r"/m/(?P<id>\w+)/reply", self._reply)
        self.route("GET", r"/m/(?P<id>\w+)/html", lambda request: self._page(request, pages.html_part))
        self.route("GET", r"/m/(?P<id>\w+)/attachments/(?P<index>\d+)", self._attachment)
        acts: dict[str, Act] = {
            "reset": self.reset,
            "bounce": self.bounce,
            "deliver": self.deliver,
            "faults": self.fail_next,
            "receive": self.receive,
        }
        add_controls(self, reads={"messages": self.messages}, acts=acts | {"reset": self.reset})

    def stop(self) -> None:
        self._faults.stop()
        super().stop()

    def messages(self, *, to: str = "") -> list[dict[str, Any]]:
        """Mails, newest first; ``to`` keeps those to one address. Keys as in ``Message``."""
        return [message.as_dict() for message in self._find(to)]

    def reset(self) -> None:
        with self._lock:
            self._messages.clear()
            self._suppressed.clear()
            self._faults.clear()
            self._save()

    def fail_next(self, **fault: Any) -> None:
        """Order a ``Fault``: kind, count, status, seconds."""
        self._faults.add(Fault(**fault))

    def bounce(self, *, to: str, type: str = "HardBounce", at: str = "", copies: int = 1) -> dict[str, Any]:
        """Have the newest mail to this address come back (``tracking.BOUNCES``), or complained about with type
        "SpamComplaint", at that moment (ISO 8601), and tell the shop so many times. Returns what was told."""
        if type not in tracking.BOUNCES:
            raise ValueError(f"unknown bounce {type!r}; one of {sorted(tracking.BOUNCES)}")
        body = tracking.bounce(self._newest(to), type, at)
        if body["Inactive"]:
            with self._lock:
                self._suppressed[to.lower()] = type
        return self._tell(body, copies)

    def deliver(self, *, to: str, at: str = "", copies: int = 1) -> dict[str, Any]:
        """Tell that the newest mail to this address has arrived."""
        return self._tell(tracking.delivery(self._newest(to), at), copies)

    def receive(self, *, raw: str, envelope_from: str | None = None, copies: int = 1) -> dict[str, Any]:
        """A mail arrives (``raw``: MIME) and is handed over so many times. Returns the shop's answers as ``answers``,
        and what was posted as ``body``. Raises ValueError for one that Postmark would not take."""
        return self.receive_bytes(raw.encode("utf-8", "surrogateescape"), envelope_from=envelope_from, copies=copies)

    def receive_bytes(self, raw: bytes, *, envelope_from: str | None = None, copies: int = 1) -> dict[str, Any]:
        if not self.inbound_domain:
            raise ValueError("no inbound domain is set up")
        body = inbound.body(raw, domain=self.inbound_domain, envelope_from=envelope_from)
        url, auth = self.inbound_url, self._webhook[1]
        return {"body": body, "answers": [tracking.post(url, auth, body) for _ in range(copies if url else 0)]}

    def _newest(self, to: str) -> Message:
        found = self._find(to)
        if not found:
            raise ValueError("no mail went there")
        return found[0]

    def _tell(self, body: dict[str, Any], copies: int) -> dict[str, Any]:
        url, auth = self._webhook
        for _ in range(copies if url else 0):
            tracking.post(url, auth, body)
        return body

    def _find(self, to: str = "") -> list[Message]:
        with self._lock:
            return [message for message in reversed(self._messages) if not to or to.lower() in message.recipients]

    def _save(self) -> None:
        self._file.write(lambda: [message.as_dict() for message in self._messages])

    def _api(self, request: Request, act: Any) -> Response:
        fault = self._faults.next()
        if fault and fault.kind == "reset":
            return Response(drop=True)
        if fault and fault.kind == "status":
            return _error(300 if fault.status == 422 else 100, "Ordered to fail.", fault.status)
        if request.headers.get("x-postmark-server-token") != self.server_token:
            return _error(10, "Bad or missing Server API token.", 401)
        if not request.headers.get("content-type", "").startswith("application/json"):
            return _error(405, "Unsupported content type; send application/json.", 415)
        try:
            response = Response(act(request.json()))
        except Refused as refusal:
            return _error(refusal.code, refusal.message, 422)
        except ValueError:
            return _error(402, "Invalid JSON.", 422)
        if fault and fault.kind == "hang":
            self._faults.wait(fault.seconds)
        return Response(drop=True) if fault and fault.kind == "lost" else response

    def _send(self, data: Any) -> dict[str, Any]:
        message = read(data)
        with self._lock:
            tracking.inactive(self._suppressed, message)
            self._messages.append(message)
            self._save()
        answer = {"ErrorCode": 0, "Message": "OK", "MessageID": message.message_id, "SubmittedAt": message.received_at}
        return answer | ({"To": message.to} if message.to else {})

    def _send_batch(self, data: Any) -> list[dict[str, Any]]:
        """Every mail of a batch has its own answer."""
        if not isinstance(data, list) or len(data) > MOST_IN_A_BATCH:
            raise Refused(403, f"Invalid JSON: a list of at most {MOST_IN_A_BATCH} messages was expected.")
        answers: list[dict[str, Any]] = []
        for each in data:
            try:
                answers.append(self._send(each))
            except Refused as refusal:
                answers.append({"ErrorCode": refusal.code, "Message": refusal.message})
        return answers

    def _let_in(self, data: Any) -> dict[str, Any]:
        with self._lock:
            return tracking.delete(self._suppressed, data)

    def _search(self, request: Request) -> Response:
        """Outbound message search (postmarkapp.com/developer/api/messages-api): newest first, every filter must fit."""
        if request.headers.get("x-postmark-server-token") != self.server_token:
            return _error(10, "Bad or missing Server API token.", 401)
        try:
            return Response(search.found(self._find(), request.query))
        except Refused as refusal:
            return _error(refusal.code, refusal.message, 422)

    def _reply(self, request: Request) -> Response:
        """The form of the mailbox: the reader of a mail answers it."""

        def answer(message: Message) -> Response:
            if request.headers.get("origin", self.base_url) != self.base_url:
                return Response("This form belongs to the mailbox.", 403)
            text = dict(request.form).get("text", "").strip()
            quoted = "\n".join(f"> {line}" for line in message.text.splitlines())
            raw = inbound.written(
                sender=message.to, to=message.reply_to, subject=f"Re: {message.subject}",
                text=f"{text}\n\nOn {message.received_at[:10]}, {message.sender} wrote:\n\n{quoted}\n",
            )  # fmt: skip
            try:
                answers = self.receive_bytes(raw)["answers"]
            except ValueError as refusal:
                return pages.replied(message, str(refusal))
            return pages.replied(message, "" if answers and answers[0] == 200 else f"the shop answered {answers}")

        return self._page(request, answer)

    def _page(self, request: Request, show: Any) -> Response:
        message = next((each for each in self._find() if each.id == request.params["id"]), None)
        response: Response = show(message) if message else pages.missing()
        return response

    def _attachment(self, request: Request) -> Response:
        def show(message: Message) -> Response:
            index = int(request.params["index"])
            if index >= len(message.attachments):
                return pages.missing()
            file = message.attachments[index]
            name = re.sub(r"[^\w.-]", "_", file["name"], flags=re.ASCII)
            headers = {"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff"}
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return Response(base64.b64decode(file["content"]), headers=headers)

        return self._page(request, show)


def _error(code: int, message: str, status: int) -> Response:
    return Response({"ErrorCode": code, "Message": message}, status)
