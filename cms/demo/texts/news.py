"""News."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.words import DaysAgo, DemoPage, Drawing, Shot, Text

VOICE = DemoPage(
    "articles.NewsPage",
    "voice-messages-as-text",
    {
        "title": Text("Telegram: voice messages become text", "Telegram: голосовые сообщения становятся текстом"),
        "published_on": DaysAgo(6),
        "image": Drawing(
            "telegram.png",
            Text("A chat on a phone and the same chat in Bitrix24", "Чат в телефоне и тот же чат в Битрикс24"),
        ),
        "summary": Text(
            "What customers say into their phones can now be read in the deal, and searched.",
            "То, что клиенты наговаривают в телефон, теперь можно прочитать в сделке и найти поиском.",
        ),
        "body": [
            (
                "text",
                Text(
                    "<p>Voice messages are quick to send and slow to work with. From today the application writes them out: the text stands below the recording, a few seconds after the message has come in.</p>",
                    "<p>Голосовое легко отправить, но неудобно с ним работать. С сегодняшнего дня приложение расшифровывает такие сообщения: через несколько секунд после получения текст появляется под записью.</p>",
                ),
            ),
            ("heading", Text("What it does", "Что умеет приложение")),
            (
                "text",
                Text(
                    "<ul><li>Recognises English, Russian, German, Spanish and Portuguese by itself.</li><li>Finds words from voice messages in Bitrix24’s search.</li><li>Hands the text to robots, so that an order number that was spoken is looked up at once.</li></ul>",
                    "<ul><li>Само определяет язык: русский, английский, немецкий, испанский или португальский.</li><li>Слова из голосовых находятся поиском Битрикс24.</li><li>Текст доступен роботам: названный вслух номер заказа найдётся сразу.</li></ul>",
                ),
            ),
            (
                "note",
                {
                    "kind": "info",
                    "text": Text(
                        '<p>Part of the license type <b>Business</b> of <a href="page:products/telegram">Telegram chats for Bitrix24</a>. Nothing has to be installed: it is there with the next message.</p>',
                        '<p>Входит в тип лицензии <b>Бизнес</b> продукта <a href="page:products/telegram">Чаты Telegram в Битрикс24</a>. Устанавливать ничего не нужно: всё заработает со следующего сообщения.</p>',
                    ),
                },
            ),
        ],
    },
)

EXTEND = DemoPage(
    "articles.NewsPage",
    "extend-from-inside-bitrix24",
    {
        "title": Text("Extend a license without leaving Bitrix24", "Продлить лицензию, не выходя из Битрикс24"),
        "published_on": DaysAgo(34),
        "image": Drawing(
            "home.png", Text("A portal with calls, chats and a license", "Портал со звонками, чатами и лицензией")
        ),
        "summary": Text(
            "The tab “Payment” in every application shows the days left and leads to the page that extends it with one press.",
            "Вкладка «Оплата» в каждом приложении показывает, сколько дней осталось, и одним нажатием ведёт на страницу продления.",
        ),
        "body": [
            (
                "text",
                Text(
                    "<p>Until now an extension began with a search for the old order. That is over. Open the application, press <b>Payment</b>, and you see the license type, its last day and a button.</p>",
                    "<p>До сих пор продление начиналось с поиска старого заказа. Больше этого нет. Откройте приложение, нажмите <b>Оплата</b> – и увидите тип лицензии, последний день и кнопку.</p>",
                ),
            ),
            (
                "picture",
                {
                    "picture": Shot(
                        "payment-tab",
                        Text("The tab “Payment” with the days left", "Вкладка «Оплата»: сколько дней осталось"),
                    ),
                    "caption": Text("The tab “Payment” inside the application", "Вкладка «Оплата» внутри приложения"),
                },
            ),
            (
                "text",
                Text(
                    '<p>The new period is added to the end of the present one, so it makes no difference whether you extend today or on the last day. <a href="page:help/licenses/extend">How to extend a license</a> shows every step.</p>',
                    '<p>Новый срок прибавляется к концу нынешнего, поэтому неважно, продлите вы лицензию сегодня или в последний день. Все шаги – в статье <a href="page:help/licenses/extend">Как продлить лицензию</a>.</p>',
                ),
            ),
        ],
    },
)

WHATSAPP = DemoPage(
    "articles.NewsPage",
    "whatsapp-answer-times",
    {
        "title": Text("WhatsApp: see how fast you answer", "WhatsApp: видно, как быстро вы отвечаете"),
        "published_on": DaysAgo(71),
        "image": Drawing(
            "whatsapp.png", Text("A phone with a chat and three operators", "Телефон с чатом и три оператора")
        ),
        "summary": Text(
            "A new report measures the time to the first answer, by person and by day.",
            "Новый отчёт измеряет время до первого ответа – по сотрудникам и по дням.",
        ),
        "body": [
            (
                "text",
                Text(
                    '<p>Customers forgive a lot, but not waiting. The new report counts the minutes between a customer’s message and the first answer of a person; messages of robots do not count.</p><p>You find it in the application under <b>Reports</b>. It is part of the license type <b>Business</b> of <a href="page:products/whatsapp">WhatsApp Business for Bitrix24</a>.</p>',
                    '<p>Клиенты прощают многое, но не ожидание. Новый отчёт считает минуты от сообщения клиента до первого ответа человека; сообщения роботов не в счёт.</p><p>Он находится в приложении, в разделе <b>Отчёты</b>, и входит в тип лицензии <b>Бизнес</b> продукта <a href="page:products/whatsapp">WhatsApp Business в Битрикс24</a>.</p>',
                ),
            ),
        ],
    },
)

NEWS = DemoPage(
    "articles.NewsIndexPage",
    "news",
    {
        "title": Text("News", "Новости"),
        "intro": Text(
            "What is new in our applications and in this shop.", "Что нового в наших приложениях и в магазине."
        ),
    },
    below=(VOICE, EXTEND, WHATSAPP),
    in_menu=True,
)
