"""Help: the account."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.words import DemoPage, Shot, Text

ACCOUNT = DemoPage(
    "articles.HelpPage",
    "account",
    {
        "title": Text("Your account: log-in, invoices, agreements", "Личный кабинет: вход, счета, соглашения"),
        "intro": Text(
            "One log-in for orders, invoices and licenses, and a second factor if you want one.",
            "Один вход для заказов, счетов и лицензий, а при желании – второй фактор.",
        ),
        "body": [
            (
                "text",
                Text(
                    "<p>Your account is made with your first order; your e-mail address is the log-in. The link that sets the password comes by mail and works for three days. If it has expired, ask for a new one on the log-in page with <b>Set a new password</b>.</p>",
                    "<p>Личный кабинет появляется вместе с первым заказом; логин – ваш адрес электронной почты. Ссылка для пароля приходит по почте и действует три дня. Если срок вышел, запросите новую на странице входа.</p>",
                ),
            ),
            ("heading", Text("What you find there", "Что в нём есть")),
            (
                "text",
                Text(
                    "<ul><li><b>Orders</b>: what you bought and how it stands.</li><li><b>Invoices</b>: pay, read, print.</li><li><b>Licenses</b>: which Bitrix24, until when, extend.</li><li><b>Agreements</b>: the very text you accepted, by date.</li></ul>",
                    "<ul><li><b>Заказы</b>: что вы купили и в каком это состоянии.</li><li><b>Счета</b>: оплатить, прочитать, распечатать.</li><li><b>Лицензии</b>: какой Битрикс24, до какого дня, продление.</li><li><b>Соглашения</b>: именно тот текст, который вы приняли, с датой.</li></ul>",
                ),
            ),
            (
                "picture",
                {
                    "picture": Shot("invoices", Text("Invoices in the account", "Счета в личном кабинете")),
                    "caption": Text(
                        "Paid and unpaid invoices in one list", "Оплаченные и неоплаченные счета в одном списке"
                    ),
                },
            ),
            ("heading", Text("Protect your log-in", "Защитите вход")),
            (
                "text",
                Text(
                    "<p>Under <b>Profile</b> you change your password and your e-mail address and switch on a second factor: a code from an app on your phone. We tell you by mail of every such change.</p>",
                    "<p>В разделе <b>Профиль</b> можно сменить пароль и адрес почты и включить второй фактор: код из приложения на телефоне. О каждом таком изменении мы сообщаем письмом.</p>",
                ),
            ),
        ],
    },
)

TOPIC = DemoPage(
    "articles.HelpTopicPage",
    "your-account",
    {
        "title": Text("Your account", "Личный кабинет"),
        "intro": Text("Log-in, invoices and what you agreed to.", "Вход, счета и то, на что вы согласились."),
    },
    below=(ACCOUNT,),
)
