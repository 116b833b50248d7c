"""Help: the license in Bitrix24."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.words import DemoPage, Shot, Text

LINKING = DemoPage(
    "articles.HelpPage",
    "linking",
    {
        "title": Text("How the license is linked to your Bitrix24", "Как лицензия привязывается к Битрикс24"),
        "intro": Text(
            "No key, no file: the license finds the Bitrix24 whose address you entered at the checkout.",
            "Без ключей и файлов: лицензия сама находит Битрикс24, адрес которого вы указали при заказе.",
        ),
        "body": [
            ("heading", Text("Three steps to a working license", "Три шага до работающей лицензии")),
            (
                "step",
                {
                    "title": Text("Install the application", "Установите приложение"),
                    "text": Text(
                        "<p>Open the Bitrix24 Market in your portal, find the application and install it. An administrator of the portal does this. If it is installed already, go on with step 2.</p>",
                        "<p>Откройте на портале Битрикс24 Маркет, найдите приложение и установите его. Это делает администратор портала. Если приложение уже установлено, переходите к шагу 2.</p>",
                    ),
                    "picture": Shot(
                        "portal",
                        Text(
                            "A Bitrix24 portal with the list of its applications",
                            "Портал Битрикс24 со списком приложений",
                        ),
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Open it once", "Откройте его один раз"),
                    "text": Text(
                        "<p>The application tells us which Bitrix24 it runs in, and the Bitrix24 itself confirms it. The license that was bought for this address becomes active within a minute.</p>",
                        "<p>Приложение сообщает нам, в каком Битрикс24 оно запущено, а сам Битрикс24 это подтверждает. Лицензия, купленная для этого адреса, начнёт действовать в течение минуты.</p>",
                    ),
                    "picture": Shot(
                        "overview",
                        Text(
                            "The application shows that the license works",
                            "Приложение показывает, что лицензия работает",
                        ),
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Check it in your account", "Проверьте в личном кабинете"),
                    "text": Text(
                        "<p>Under <b>Licenses</b> you see to which Bitrix24 the license is linked and until when it is valid. The tab <b>Payment</b> inside the application shows the same.</p>",
                        "<p>В разделе <b>Лицензии</b> видно, к какому Битрикс24 привязана лицензия и до какого дня она действует. То же показывает вкладка <b>Оплата</b> внутри приложения.</p>",
                    ),
                    "picture": Shot(
                        "license", Text("A linked license in the account", "Привязанная лицензия в личном кабинете")
                    ),
                },
            ),
            (
                "note",
                {
                    "kind": "info",
                    "text": Text(
                        "<p>The period begins when the application is opened in your Bitrix24, at the latest 30 days after the payment. If your Bitrix24 has another license still, yours begins when that one ends.</p>",
                        "<p>Срок начинается, когда приложение открывают в вашем Битрикс24, но не позже чем через 30 дней после оплаты. Если для вашего Битрикс24 ещё действует другая лицензия, ваша начнётся, когда та закончится.</p>",
                    ),
                },
            ),
            ("heading", Text("If the license is not found", "Если лицензия не нашлась")),
            (
                "text",
                Text(
                    "<ul><li>Compare the address: the application shows the one it runs at, your account the one you entered.</li><li>A mistyped address is corrected in your account, under <b>Licenses</b>, as long as the license is not linked.</li><li>Open the application again afterwards.</li></ul>",
                    "<ul><li>Сравните адреса: приложение показывает тот, на котором запущено, а личный кабинет – тот, который вы ввели.</li><li>Пока лицензия не привязана, опечатку в адресе можно исправить в личном кабинете, в разделе <b>Лицензии</b>.</li><li>После этого снова откройте приложение.</li></ul>",
                ),
            ),
            ("heading", Text("Questions people ask", "Частые вопросы")),
            (
                "questions",
                {
                    "questions": [
                        {
                            "question": Text(
                                "We renamed our Bitrix24. Is the license lost?",
                                "Мы переименовали Битрикс24. Лицензия пропадёт?",
                            ),
                            "answer": Text(
                                "<p>No. Once linked, a license stays with its Bitrix24, whatever the address becomes.</p>",
                                "<p>Нет. Привязанная лицензия остаётся со своим Битрикс24, как бы ни изменился адрес.</p>",
                            ),
                        },
                        {
                            "question": Text(
                                "Can a license move to another Bitrix24?",
                                "Можно ли перенести лицензию на другой Битрикс24?",
                            ),
                            "answer": Text(
                                "<p>Yes, up to twice in twelve months. Write to us and name both addresses.</p>",
                                "<p>Да, до двух раз за двенадцать месяцев. Напишите нам и укажите оба адреса.</p>",
                            ),
                        },
                        {
                            "question": Text(
                                "Does it work with a self-hosted Bitrix24?", "Работает ли это с коробочным Битрикс24?"
                            ),
                            "answer": Text(
                                "<p>Yes, if your Bitrix24 has an address that is reachable on the internet by https. Enter that address at the checkout.</p>",
                                "<p>Да, если ваш Битрикс24 доступен из интернета по https. Этот адрес и введите при оформлении заказа.</p>",
                            ),
                        },
                    ]
                },
            ),
        ],
    },
)

EXTEND = DemoPage(
    "articles.HelpPage",
    "extend",
    {
        "title": Text("How to extend a license", "Как продлить лицензию"),
        "intro": Text(
            "From the application or from your account. The new period is added to the old one; no day is lost.",
            "Из приложения или из личного кабинета. Новый срок прибавляется к старому; ни один день не пропадает.",
        ),
        "body": [
            ("heading", Text("In the application", "В приложении")),
            (
                "step",
                {
                    "title": Text("Open the tab “Payment”", "Откройте вкладку «Оплата»"),
                    "text": Text(
                        "<p>It shows the license type, the last day and the days left. An administrator of the portal also sees the button <b>Extend</b>.</p>",
                        "<p>На ней видны тип лицензии, последний день и сколько дней осталось. Администратор портала видит ещё и кнопку <b>Продлить</b>.</p>",
                    ),
                    "picture": Shot(
                        "payment-tab",
                        Text(
                            "The tab “Payment” with the days left and the button",
                            "Вкладка «Оплата»: сколько дней осталось и кнопка",
                        ),
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Choose the period and pay", "Выберите срок и оплатите"),
                    "text": Text(
                        "<p>The shop opens in a new tab and shows this very license, every period with its price, and the new end. Choose one, accept the agreement and press <b>Pay</b>. Whoever pays, the license stays with its holder.</p>",
                        "<p>В новой вкладке откроется страница этой лицензии: все сроки с ценами и новой датой окончания. Выберите срок, примите соглашение и нажмите <b>Оплатить</b>. Кто бы ни платил, лицензия остаётся у своего владельца.</p>",
                    ),
                    "picture": Shot(
                        "extend",
                        Text("The periods to extend a license by", "Сроки, на которые можно продлить лицензию"),
                    ),
                },
            ),
            ("heading", Text("In your account", "В личном кабинете")),
            (
                "step",
                {
                    "title": Text("Log in and open “Licenses”", "Войдите и откройте «Лицензии»"),
                    "text": Text(
                        "<p>Each license stands there with its Bitrix24 and its last day. Press <b>Extend</b> beside it.</p>",
                        "<p>Для каждой лицензии указаны её Битрикс24 и последний день. Нажмите рядом с ней <b>Продлить</b>.</p>",
                    ),
                    "picture": Shot(
                        "licenses", Text("The list of licenses in the account", "Список лицензий в личном кабинете")
                    ),
                },
            ),
            (
                "note",
                {
                    "kind": "success",
                    "text": Text(
                        "<p>A year costs less than twelve single months: for example {price:telegram/team/12/total} instead of {price:telegram/team/12/list} for a team on Telegram. The cart shows what each period costs before you pay.</p>",
                        "<p>Год стоит дешевле, чем двенадцать отдельных месяцев: например, {price:telegram/team/12/total} вместо {price:telegram/team/12/list} для команды в Telegram. До оплаты корзина показывает, сколько стоит каждый срок.</p>",
                    ),
                },
            ),
            ("heading", Text("When a license ends", "Когда лицензия заканчивается")),
            (
                "text",
                Text(
                    "<p>We write to you 30, 14, 7 and 1 days before, of short periods only in the last days. After the last day the application goes on working for another fourteen days, so that an extension causes no interruption; these days are counted into it. Then it stops. Your data stays where it is, and an extension starts it again.</p>",
                    "<p>Мы напишем вам за 30, 14, 7 дней и за день до окончания, о коротких сроках – только в последние дни. После последнего дня приложение работает ещё четырнадцать дней, чтобы продление прошло без перерыва; эти дни входят в новый срок. Затем оно остановится. Ваши данные сохранятся, и после продления всё снова заработает.</p>",
                ),
            ),
        ],
    },
)

TOPIC = DemoPage(
    "articles.HelpTopicPage",
    "licenses",
    {
        "title": Text("Your license", "Ваша лицензия"),
        "intro": Text(
            "In your Bitrix24 within minutes, and longer when you need it.",
            "В вашем Битрикс24 за пару минут, а если нужно – и дольше.",
        ),
    },
    below=(LINKING, EXTEND),
)
