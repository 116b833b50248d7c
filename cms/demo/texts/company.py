"""Who sells here: the seller, the page about us, the contact page, the front page of the help centre."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.texts import help_account, help_license, help_paying
from cms.demo.words import DemoPage, Text

#: Where the help centre says how money is given back.
REFUND_PAGE = "help/buying/payment-methods"
#: A company that does not exist, at an address that cannot be found.
SELLER = {
    "name": "Northbridge Software Ltd",
    "address": "1 Harbour Street\nExampleton EX1 2MP\nExampleland",
    "country": "GB",
    "registration_number": "00000042",
    "tax_number": "XX000000042",
    "email": "billing@northbridge.example",
    "phone": "+00 555 0100",
    "refund_days": 14,
    "refund_text": "Write to us, no reason needed.",
    "translations": {"ru": {"refund_text": "Напишите нам, причина не нужна."}},
    "card_statement": "NORTHBRIDGE SOFTWARE",
    "bank_details": "Bank of Exampleton\nIBAN XX00 0000 0000 0000 0000 42\nBIC EXAMXX00",
}

HELP = DemoPage(
    "articles.HelpIndexPage",
    "help",
    {
        "title": Text("Help", "Помощь"),
        "intro": Text(
            "How to buy, pay, link and extend, step by step and with pictures.",
            "Как купить, оплатить, привязать и продлить – по шагам и с картинками.",
        ),
    },
    below=(help_paying.TOPIC, help_license.TOPIC, help_account.TOPIC),
    in_menu=True,
)

CONTACT = DemoPage(
    "articles.ContactPage",
    "contact",
    {
        "title": Text("Contact", "Контакты"),
        "intro": Text(
            "Ask us before you buy, or when something does not work. A person answers.",
            "Спросите нас перед покупкой или если что-то не работает. Ответит человек.",
        ),
        "body": Text(
            "<p>If it is about an order, name its number; if it is about a license, the address of your Bitrix24. Then the first answer helps already.</p>",
            "<p>Если вопрос о заказе, укажите его номер; если о лицензии – адрес вашего Битрикс24. Тогда поможет уже первый ответ.</p>",
        ),
        "hours": Text(
            "Monday to Friday, 9:00 to 18:00 (Central European Time)",
            "С понедельника по пятницу, с 9:00 до 18:00 (центральноевропейское время)",
        ),
        "sent_title": Text("", ""),
        "sent_text": Text("", ""),
    },
    in_menu=True,
)

ABOUT_CONTENT = [
    parts.text(
        Text(
            "<p>Northbridge Software makes four applications for Bitrix24, and nothing else. Each does one thing: it brings calls or chats to where the customer’s history is.</p>",
            "<p>Northbridge Software делает четыре приложения для Битрикс24 и больше ничего. Каждое решает одну задачу: приводит звонки или чаты туда, где лежит история клиента.</p>",
        )
    ),
    parts.features(
        Text("How we work", "Как мы работаем"),
        (
            "clock",
            Text("By the month", "Помесячно"),
            Text(
                "Nothing is renewed without you, and what you extend is added, never lost.",
                "Без вас ничего не продлевается, а то, что вы продлили, прибавляется и не пропадает.",
            ),
        ),
        (
            "shield",
            Text("We do not listen", "Мы не слушаем"),
            Text(
                "Conversations stay between you and your customers.",
                "Разговоры остаются между вами и вашими клиентами.",
            ),
        ),
        (
            "people",
            Text("People answer", "Отвечают люди"),
            Text(
                "Whoever writes to us gets an answer from somebody who knows the code.",
                "На письма отвечает тот, кто знает код.",
            ),
        ),
    ),
    parts.text(
        Text(
            '<p>You may give a license back within fourteen days after payment, whatever the reason. And if an application does not work in your Bitrix24 as described and we cannot put that right within ten working days, you get your money back within thirty.</p><p>Begin with the <a href="page:help">help centre</a>, or write to us.</p>',
            '<p>Лицензию можно вернуть в течение четырнадцати дней после оплаты по любой причине. А если приложение не работает в вашем Битрикс24 так, как описано, и мы не можем исправить это за десять рабочих дней, мы вернём деньги в течение тридцати дней.</p><p>Загляните в <a href="page:help">помощь</a> или напишите нам.</p>',
        ),
        heading=Text("What we promise", "Что мы обещаем"),
    ),
    parts.call(
        Text("Questions before you buy?", "Вопросы перед покупкой?"),
        Text(
            "Tell us which phones and messengers you use.",
            "Расскажите, какими телефонами и мессенджерами вы пользуетесь.",
        ),
        Text("Write to us", "Написать нам"),
        "contact",
    ),
]

ABOUT = DemoPage(
    "cms.TextPage",
    "about",
    {
        "title": Text("About us", "О компании"),
        "intro": Text(
            "We connect Bitrix24 with the phones and messengers that companies already use.",
            "Мы соединяем Битрикс24 с телефонами и мессенджерами, которыми компании уже пользуются.",
        ),
        "content": ABOUT_CONTENT,
    },
)
