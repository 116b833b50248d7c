"""The products of the demo, with the words a buyer reads. Prices in major units of the shop's currency, per month."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoPlan:
    code: str
    name: str
    monthly_price: str
    summary: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class DemoProduct:
    """``app_code`` is a code of settings.BITRIX24_APPS; ``picture`` a file of fixtures/pictures."""

    slug: str
    title: str
    app_code: str
    picture: str
    tagline: str
    lead: str
    body: str
    how_it_works: str
    requirements: str
    plans: tuple[DemoPlan, ...]


def _linking(install: str) -> str:
    return (
        f"<ol><li>{install}</li>"
        "<li>Choose a license type here and enter the address of your Bitrix24 at the checkout, "
        "for example <b>acme.bitrix24.com</b>.</li>"
        "<li>Pay by card or wallet. The license links itself to that Bitrix24 within moments and the application "
        "tells its administrator. If you pay first and install later, it links itself when the application is "
        "opened there for the first time.</li>"
        "<li>The tab “Payment” inside the application shows the license type, the date it is valid until and the "
        "days left, and extends it.</li></ol>"
    )


_CALLS = ("Call card with the caller’s name", "Call history in the CRM", "Click to call from Bitrix24")
_CALLS_PRO = (*_CALLS, "Call recordings in the deal", "Missed calls become tasks", "Routing to the responsible manager")

YEASTAR = DemoProduct(
    slug="yeastar-s",
    title="Bitrix24 integration module for Yeastar S-series IP-PBX",
    app_code="yeastar-s",
    picture="yeastar.png",
    tagline="Telephony for Bitrix24",
    lead="Calls of your Yeastar S20, S50, S100 or S300 appear in Bitrix24 as they ring: who is calling, what was "
    "agreed last time, and the recording when the call is over.",
    body="<p>The module connects the PBX you already own with the CRM your people already use. There is nothing to "
    "install on workplaces: the PBX reports its calls, Bitrix24 shows them, and each call ends up in the contact, the "
    "company and the deal it belongs to.</p>"
    "<h2>What changes on the first day</h2>"
    "<ul><li>The phone rings and the customer’s card opens, before anybody has said hello.</li>"
    "<li>A known customer is put through to the manager who looks after them.</li>"
    "<li>An unknown number becomes a lead, a missed call becomes a task.</li>"
    "<li>Numbers in Bitrix24 are dialled with a click, through your own lines and at your own tariff.</li></ul>"
    "<p>Recordings stay on your PBX. Bitrix24 receives a link, or a copy if you prefer that.</p>",
    how_it_works=_linking("Install the application from the Bitrix24 Market and name the address of your PBX."),
    requirements="<ul><li>Yeastar S20, S50, S100 or S300 with firmware 30.15 or newer and the API switched on</li>"
    "<li>Bitrix24 in the cloud, any commercial plan, or self-hosted with REST access</li>"
    "<li>The PBX can reach the internet over HTTPS; no port has to be opened to it</li></ul>",
    plans=(
        DemoPlan("standard", "Standard", "12.00", "Up to 10 extensions", (*_CALLS, "Support by mail")),
        DemoPlan("professional", "Professional", "24.00", "Up to 50 extensions", (*_CALLS_PRO, "Support by mail")),
        DemoPlan(
            "enterprise",
            "Enterprise",
            "49.00",
            "Any number of extensions, several offices",
            (*_CALLS_PRO, "Several PBXs in one Bitrix24", "Support by mail", "Support by phone"),
        ),
    ),
)

ASTERISK = DemoProduct(
    slug="asterisk",
    title="Asterisk and FreePBX connector for Bitrix24",
    app_code="asterisk",
    picture="asterisk.png",
    tagline="Telephony for Bitrix24",
    lead="Your own Asterisk stays exactly as it is. The connector listens to it, and every call, queue and recording "
    "finds its place in Bitrix24.",
    body="<p>For companies that run Asterisk or FreePBX themselves and want to keep it that way. The connector is a "
    "small service beside your PBX. It reads the manager interface, never rewrites your dial plan, and can be removed "
    "without a trace.</p>"
    "<h2>Made for call centres too</h2>"
    "<ul><li>Queues, transfers and conferences are understood, not just simple calls.</li>"
    "<li>Waiting times and lost calls by queue and by hour, in Bitrix24’s own reports.</li>"
    "<li>Several PBXs can report to one Bitrix24, one PBX to several.</li></ul>",
    how_it_works=_linking("Install the application from the Bitrix24 Market and the connector beside your PBX."),
    requirements="<ul><li>Asterisk 16 or newer, or FreePBX 15 or newer, with the manager interface</li>"
    "<li>Linux with Docker, or Debian 11 or newer, on the PBX or beside it</li>"
    "<li>Bitrix24 in the cloud, any commercial plan, or self-hosted with REST access</li></ul>",
    plans=(
        DemoPlan(
            "standard",
            "Standard",
            "15.00",
            "One PBX, up to 30 lines",
            (*_CALLS, "Call recordings in the deal", "Support by mail"),
        ),
        DemoPlan(
            "callcentre",
            "Call centre",
            "39.00",
            "Queues, several PBXs, any number of lines",
            (*_CALLS_PRO, "Queue reports", "Several PBXs in one Bitrix24", "Support by mail", "Support by phone"),
        ),
    ),
)

_CHATS = ("Messages in Bitrix24’s open channels", "New chats become leads", "Pictures and files", "Reply templates")

TELEGRAM = DemoProduct(
    slug="telegram",
    title="Telegram chats for Bitrix24",
    app_code="telegram",
    picture="telegram.png",
    tagline="Messengers for Bitrix24",
    lead="Customers write to your Telegram bot or business account; your team answers from Bitrix24, and nothing that "
    "was promised stays in somebody’s private phone.",
    body="<p>Every conversation becomes part of the customer’s history, together with calls, mails and deals. When a "
    "colleague is away, another one reads what was said and goes on from there.</p>"
    "<h2>More than forwarding</h2>"
    "<ul><li>Chats are shared out by your rules: by turn, by load, or to the manager responsible.</li>"
    "<li>Robots send order states, reminders and invoices into the same chat.</li>"
    "<li>Voice messages are turned into text beside the recording.</li></ul>",
    how_it_works=_linking("Install the application from the Bitrix24 Market and connect your bot or business account."),
    requirements="<ul><li>A Telegram bot, or a Telegram Business account</li>"
    "<li>Bitrix24 in the cloud with open channels, any plan</li></ul>",
    plans=(
        DemoPlan("start", "Start", "9.00", "One account, up to 3 operators", (*_CHATS, "Support by mail")),
        DemoPlan(
            "team",
            "Team",
            "19.00",
            "Three accounts, any number of operators",
            (*_CHATS, "Sharing out by rules", "Messages from robots", "Support by mail"),
        ),
        DemoPlan(
            "business",
            "Business",
            "39.00",
            "Any number of accounts",
            (
                *_CHATS,
                "Sharing out by rules",
                "Messages from robots",
                "Voice messages as text",
                "Support by mail",
                "Support by phone",
            ),
        ),
    ),
)

WHATSAPP = DemoProduct(
    slug="whatsapp",
    title="WhatsApp Business for Bitrix24",
    app_code="whatsapp",
    picture="whatsapp.png",
    tagline="Messengers for Bitrix24",
    lead="One WhatsApp number, a whole team behind it. Conversations are answered in Bitrix24 and stay with the "
    "customer they belong to.",
    body="<p>The application uses the official WhatsApp Business Platform, so your number is safe from being "
    "blocked and no phone has to lie on a desk. You bring your own number and pay the "
    "platform’s message fees directly.</p>"
    "<h2>For sales and for service</h2>"
    "<ul><li>Approved message templates are sent from deals, by hand or by robots.</li>"
    "<li>Every operator sees only the chats that are theirs; a supervisor sees all.</li>"
    "<li>How fast your team answers is measured, by person and by day.</li></ul>",
    how_it_works=_linking(
        "Install the application from the Bitrix24 Market and connect your WhatsApp Business number."
    ),
    requirements="<ul><li>A number on the WhatsApp Business Platform, directly or through a provider</li>"
    "<li>Bitrix24 in the cloud with open channels, any plan</li></ul>",
    plans=(
        DemoPlan(
            "team", "Team", "19.00", "One number, up to 10 operators", (*_CHATS, "Message templates", "Support by mail")
        ),
        DemoPlan(
            "business",
            "Business",
            "39.00",
            "Three numbers, any number of operators",
            (
                *_CHATS,
                "Message templates",
                "Messages from robots",
                "Answer time reports",
                "Support by mail",
                "Support by phone",
            ),
        ),
    ),
)

PRODUCTS = (YEASTAR, ASTERISK, TELEGRAM, WHATSAPP)
#: Months and discount in per cent.
PERIODS = ((1, "0"), (3, "5"), (6, "10"), (12, "20"))
