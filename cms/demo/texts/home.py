"""The front page, the list of products and its categories."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.words import DemoPage, Drawing, Text

TITLE = Text("Home", "Главная")
HEADLINE = Text("Your phones and messengers, inside Bitrix24", "Телефония и мессенджеры прямо в Битрикс24")
LEAD = Text(
    "Ready-made integrations for Bitrix24. Choose a license, pay by card, and it links itself to your portal within moments.",
    "Готовые интеграции для Битрикс24. Выберите лицензию, оплатите картой – и она сама привяжется к вашему порталу.",
)
DESCRIPTION = Text(
    "Telephony and messengers for Bitrix24, licensed by the month: Yeastar, Asterisk, Telegram, WhatsApp. Pay by card, the license links itself to your portal.",
    "Телефония и мессенджеры для Битрикс24 с помесячной лицензией: Yeastar, Asterisk, Telegram, WhatsApp. Оплата картой, лицензия привязывается сама.",
)
PICTURE = Drawing(
    "home.png", Text("A portal with calls, chats and a license", "Портал со звонками, чатами и лицензией")
)

CONTENT = [
    parts.steps(
        Text("Bought like anything else, running a minute later", "Купили – и через минуту всё работает"),
        (
            Text("Choose", "Выберите"),
            Text(
                "Every product page shows what each license type includes and what each period costs. A year costs a fifth less.",
                "На странице продукта видно, что входит в каждый тип лицензии и сколько стоит каждый срок. Год – на пятую часть дешевле.",
            ),
        ),
        (
            Text("Pay", "Оплатите"),
            Text(
                "By card, Apple Pay or Google Pay, on the payment provider’s own page. If you close it by accident, the same link waits in your mail.",
                "Картой, через Apple Pay или Google Pay, на странице платёжной системы. Если вы случайно её закроете, та же ссылка ждёт в письме.",
            ),
        ),
        (
            Text("Use it", "Пользуйтесь"),
            Text(
                "You tell us the address of your Bitrix24, and the license finds its way there. No keys to copy, no files to upload.",
                "Вы указываете адрес своего Битрикс24, и лицензия сама найдёт дорогу. Ни ключей, ни файлов.",
            ),
        ),
    ),
    parts.quote(
        Text(
            "We changed the phone system, the messenger and the license in one week. The license took three minutes of it.",
            "За неделю мы сменили телефонию, мессенджер и лицензию. Лицензия заняла из этого три минуты.",
        ),
        Text("Head of sales", "Руководитель отдела продаж"),
        Text("Wholesale of building materials", "Оптовая торговля стройматериалами"),
    ),
    parts.questions(
        Text("Questions people ask", "Частые вопросы"),
        (
            Text("How does the license get into our Bitrix24?", "Как лицензия попадает в наш Битрикс24?"),
            Text(
                '<p>By the address that you enter at the checkout. <a href="page:help/licenses/linking">How the license is linked</a> shows it with pictures.</p>',
                '<p>По адресу, который вы вводите при оформлении заказа. Подробно и с картинками – <a href="page:help/licenses/linking">как привязывается лицензия</a>.</p>',
            ),
        ),
        (
            Text("Which ways to pay are there?", "Какие есть способы оплаты?"),
            Text(
                '<p>Cards, Apple Pay, Google Pay, and what your bank offers beside. All of them are under <a href="page:help/buying/payment-methods">Payment methods</a>.</p>',
                '<p>Карты, Apple Pay, Google Pay и то, что предлагает ваш банк. Полный список – <a href="page:help/buying/payment-methods">Способы оплаты</a>.</p>',
            ),
        ),
        (
            Text("What does it cost?", "Сколько это стоит?"),
            Text(
                "<p>Telegram begins at {price:telegram//0/lowest} a month, telephony at {price:yeastar-s//0/lowest}. These are prices for a year; a single month costs a little more.</p>",
                "<p>Telegram – от {price:telegram//0/lowest} в месяц, телефония – от {price:yeastar-s//0/lowest}. Это цены при оплате за год; отдельный месяц стоит чуть дороже.</p>",
            ),
        ),
        (
            Text("Is anything renewed by itself?", "Продлевается ли что-нибудь само?"),
            Text(
                "<p>No. A license ends with its period. We remind you in time, and you decide.</p>",
                "<p>Нет. Лицензия заканчивается вместе со сроком. Мы напомним заранее, а решаете вы.</p>",
            ),
        ),
    ),
    parts.news(Text("News", "Новости"), 3),
    parts.call(
        Text("Not sure which one fits?", "Не знаете, что подойдёт?"),
        Text(
            "Tell us which phones and messengers you use. We answer within one working day.",
            "Расскажите, какими телефонами и мессенджерами вы пользуетесь. Мы ответим в течение рабочего дня.",
        ),
        Text("Write to us", "Написать нам"),
        "contact",
    ),
]

TELEPHONY = DemoPage(
    "cms.CategoryPage",
    "telephony",
    {
        "title": Text("Telephony", "Телефония"),
        "intro": Text(
            "Your own PBX in Bitrix24: call cards, recordings, reports.",
            "Ваша АТС в Битрикс24: карточка звонка, записи, отчёты.",
        ),
        "content": [
            parts.hero(
                Text("Which of the two?", "Какой из двух?"),
                Text(
                    "A Yeastar S-series box in the cupboard: take the Yeastar module. Asterisk or FreePBX on a server of your own: take the connector. Something else: ask us.",
                    "В шкафу стоит Yeastar серии S – берите модуль Yeastar. На своём сервере Asterisk или FreePBX – берите коннектор. Что-то другое – спросите нас.",
                ),
                Drawing(
                    "telephony-report.png", Text("Calls by hour and by employee", "Звонки по часам и по сотрудникам")
                ),
                Text("Ask us", "Спросить нас"),
                "contact",
            ),
        ],
    },
)
MESSENGERS = DemoPage(
    "cms.CategoryPage",
    "messengers",
    {
        "title": Text("Messengers", "Мессенджеры"),
        "intro": Text(
            "Chats with customers, answered by a team and kept with the deal.",
            "Чаты с клиентами: отвечает команда, а переписка хранится в сделке.",
        ),
        "content": [
            parts.note(
                "success",
                Text(
                    "<p>Two messengers in one Bitrix24 are two licenses. Operators are counted by each of them.</p>",
                    "<p>Два мессенджера в одном Битрикс24 – это две лицензии. Операторы считаются в каждой отдельно.</p>",
                ),
            ),
        ],
    },
)

INDEX_TITLE = Text("Products", "Продукты")
INDEX_INTRO = Text(
    "Integrations for Bitrix24, licensed for 1 to 12 months. Within fourteen days you may change your mind and get your money back.",
    "Интеграции для Битрикс24 с лицензией на срок от 1 до 12 месяцев. В течение четырнадцати дней можно передумать и вернуть деньги.",
)
ASSURANCES = Text(
    "Card, Apple Pay, Google Pay on a secure page\n"
    "No VAT is charged: you pay the price shown\nNothing is renewed without you",
    "Карта, Apple Pay, Google Pay\nНДС не начисляется\nАвтопродления нет: без вас ничего не спишется",
)
