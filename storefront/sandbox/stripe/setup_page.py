"""The hosted pages of a session that saves a card, and of a bank that wants its buyer to confirm a charge."""

from __future__ import annotations

from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.stripe import page
from storefront.sandbox.stripe.state import Object


def save_page(session: Object, *, typed: dict[str, str], error: str = "") -> Response:
    """The form. What was typed comes back after an error, except the security code."""
    alert = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    return page.document(
        "Save a card",
        f'{_summary(session)}<section class="card"><h1>Save a card</h1>{alert}'
        f'<form method="post" action="/c/pay/{session["id"]}">{page.email_field(session, typed)}'
        f'{page.card_fields(typed)}{page.terms(session, saves=True)}<button type="submit">Save card</button></form>'
        f"{page.test_cards()}</section>",
    )


def challenge_page(session: Object) -> Response:
    """The bank asks before the card is saved."""
    return _asked(
        "Your bank asks whether you want to save this card.",
        action=f"/c/pay/{session['id']}/challenge",
        summary=_summary(session),
    )


def confirm_page(intent: Object) -> Response:
    """The bank asks before a saved card is charged."""
    total = page.money(intent["amount"], intent["currency"])
    return _asked(
        f"Your bank asks whether you want to pay <strong>{total}</strong>.", action=f"/c/confirm/{intent['id']}"
    )


def nothing_to_confirm() -> Response:
    text = "<h1>Nothing to confirm</h1><p>Your bank has its answer already.</p>"
    return page.document("Nothing to confirm", f'<section class="card">{text}</section>')


def _asked(question: str, *, action: str, summary: str = "") -> Response:
    return page.document(
        "Confirm with your bank",
        f'{summary}<section class="card"><h1>3-D Secure check</h1><p>{question}</p>'
        f'<form method="post" action="{action}"><button type="submit" name="answer" value="approve">Approve</button>'
        '<button type="submit" class="plain" name="answer" value="fail">Fail</button></form></section>',
    )


def _summary(session: Object) -> str:
    back = session["cancel_url"]
    link = f'<a class="back" href="{escape(back)}">&larr; Back to the shop</a>' if back else ""
    return (
        f'<section class="card" aria-label="Summary">{link}<p class="muted">Save a payment method</p>'
        '<p class="total">Nothing is charged now</p></section>'
    )
