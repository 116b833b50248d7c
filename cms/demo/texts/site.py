"""Menu, footer, notice, the text of the missing page."""

from __future__ import annotations

from cms.demo.words import Text, To

NO_LABEL = Text("", "")


def _link(path: str, label: Text = NO_LABEL) -> dict[str, object]:
    return {"page": To(path), "address": "", "label": label}


MENU = [
    ("item", {**_link("products"), "below": [_link("products/telephony"), _link("products/messengers")]}),
    (
        "item",
        {
            **_link("help"),
            "below": [
                _link("help/buying/how-to-buy"),
                _link("help/buying/payment-methods"),
                _link("help/licenses/linking"),
                _link("help/licenses/extend"),
            ],
        },
    ),
    ("item", {**_link("news"), "below": []}),
    ("item", {**_link("contact"), "below": []}),
]

FOOTER_TEXT = Text(
    "<p>Integrations for Bitrix24, licensed by the month.</p>",
    "<p>Интеграции для Битрикс24 с помесячной лицензией.</p>",
)
FOOTER_COLUMNS = [
    (
        "column",
        {
            "title": Text("Shop", "Магазин"),
            "links": [_link("products"), _link("products/telephony"), _link("products/messengers"), _link("news")],
        },
    ),
    (
        "column",
        {
            "title": Text("Help", "Помощь"),
            "links": [
                _link("help/buying/how-to-buy"),
                _link("help/buying/how-to-pay"),
                _link("help/buying/payment-methods"),
                _link("help/licenses/linking"),
                _link("help/licenses/extend"),
            ],
        },
    ),
    ("column", {"title": Text("Company", "Компания"), "links": [_link("about"), _link("contact")]}),
]

MISSING_TITLE = Text("This page is not here", "Такой страницы нет")
MISSING_TEXT = Text(
    "<p>The address may be mistyped, or the page has moved. Your cart and your licenses are where they were.</p>",
    "<p>Возможно, в адресе опечатка или страница переехала. Ваша корзина и лицензии на месте.</p>",
)
MISSING_PAGES = [("page", To("products")), ("page", To("help")), ("page", To("contact"))]

NOTICE = Text(
    "Working days before the holidays: we answer until 23 December.", "Перед праздниками мы отвечаем до 23 декабря."
)
NOTICE_LINK = Text("How to reach us", "Как с нами связаться")
