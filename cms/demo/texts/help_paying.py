"""Help: how to pay, and with what."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.texts.help_buying import HOW_TO_BUY
from cms.demo.words import DemoPage, Shot, Text

HOW_TO_PAY = DemoPage(
    "articles.HelpPage",
    "how-to-pay",
    {
        "title": Text("How to pay", "Как оплатить заказ"),
        "intro": Text(
            "At once, later from the mail, or again if the bank has refused: the link stays the same.",
            "Сразу, позже по ссылке из письма или ещё раз, если банк отказал: ссылка остаётся той же.",
        ),
        "body": [
            ("heading", Text("Pay by card or wallet", "Оплата картой или через кошелёк")),
            (
                "step",
                {
                    "title": Text("Open the payment page of your order", "Откройте страницу оплаты заказа"),
                    "text": Text(
                        "<p>It comes right after the order. Later you find it in the mail about the order and in your account, under <b>Invoices</b>. Check the amount and press <b>Pay order</b>.</p>",
                        "<p>Она открывается сразу после заказа. Позже её можно найти в письме о заказе и в личном кабинете, в разделе <b>Счета</b>. Проверьте сумму и нажмите <b>Оплатить заказ</b>.</p>",
                    ),
                    "picture": Shot(
                        "pay", Text("What you pay for, the amount, the button", "За что вы платите, сумма и кнопка")
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text(
                        "Enter your card on the provider’s page", "Введите данные карты на странице платёжной системы"
                    ),
                    "text": Text(
                        "<p>Or choose Apple Pay or Google Pay where your device has them. The address in the browser is that of the payment provider.</p>",
                        "<p>Или выберите Apple Pay либо Google Pay, если они есть на вашем устройстве. В адресной строке в это время адрес платёжной системы.</p>",
                    ),
                    "picture": Shot(
                        "provider",
                        Text(
                            "The provider’s page with the fields of the card",
                            "Страница платёжной системы с полями карты",
                        ),
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Confirm the payment with your bank", "Подтвердите платёж в своём банке"),
                    "text": Text(
                        "<p>Many banks ask for a code or a press of a button in their app (3-D Secure). Then you come back to the shop by yourself.</p>",
                        "<p>Многие банки просят ввести код или подтвердить платёж в приложении (3-D Secure). После этого вы сами вернётесь в магазин.</p>",
                    ),
                    "picture": Shot("paid", Text("Back in the shop: paid", "Снова в магазине: оплачено")),
                },
            ),
            (
                "note",
                {
                    "kind": "success",
                    "text": Text(
                        "<p>If you close the window by accident, nothing is lost. We learn of the payment from the provider, whether you come back or not.</p>",
                        "<p>Если вы случайно закрыли окно, ничего не пропало. О платеже нам сообщает платёжная система, даже если вы не вернётесь на сайт.</p>",
                    ),
                },
            ),
            ("heading", Text("If something goes wrong", "Если что-то пошло не так")),
            (
                "text",
                Text(
                    "<h3>The payment failed</h3><p>Your order is kept, and nothing has been charged. Open the payment page again and try the same or another card.</p><h3>The order says “Payment in progress”</h3><p>Some banks take longer to confirm. The page updates itself, and a mail follows as soon as the money has arrived.</p>",
                    "<h3>Платёж не прошёл</h3><p>Заказ сохранён, деньги не списаны. Откройте страницу оплаты ещё раз и попробуйте ту же или другую карту.</p><h3>У заказа написано «Идёт оплата»</h3><p>Некоторым банкам нужно больше времени. Страница обновится сама, а когда деньги поступят, придёт письмо.</p>",
                ),
            ),
            (
                "note",
                {
                    "kind": "warning",
                    "text": Text(
                        "<p>Please do not pay a second time while a payment is in progress. Should it happen anyway, the money is not lost: it is kept on your personal account, and we write to you.</p>",
                        "<p>Пожалуйста, не платите второй раз, пока платёж обрабатывается. Если это всё же случилось, деньги не пропадут: они останутся на вашем лицевом счёте, и мы вам напишем.</p>",
                    ),
                },
            ),
            ("heading", Text("What you get afterwards", "Что вы получите после оплаты")),
            (
                "text",
                Text(
                    "<ul><li>A mail that confirms the payment.</li><li>A license, which links itself to your Bitrix24.</li><li>The invoice, marked as paid, in your account under <b>Invoices</b>, with a page made for printing.</li></ul>",
                    "<ul><li>Письмо с подтверждением оплаты.</li><li>Лицензию, которая сама привяжется к вашему Битрикс24.</li><li>Счёт с отметкой об оплате в личном кабинете, в разделе <b>Счета</b>, со страницей для печати.</li></ul>",
                ),
            ),
        ],
    },
)

PAYMENT_METHODS = DemoPage(
    "articles.HelpPage",
    "payment-methods",
    {
        "title": Text("Payment methods", "Способы оплаты"),
        "intro": Text(
            "Which ways to pay there are, when an order counts as paid, and what happens to your card details.",
            "Чем можно заплатить, когда заказ считается оплаченным и что происходит с данными карты.",
        ),
        "body": [
            (
                "payment_methods",
                {
                    "methods": [
                        {
                            "name": Text("Bank card", "Банковская карта"),
                            "about": Text(
                                "Visa, Mastercard, American Express and others, with 3-D Secure",
                                "Visa, Mastercard, American Express и другие, с 3-D Secure",
                            ),
                            "confirmed": Text("Within seconds", "Через несколько секунд"),
                        },
                        {
                            "name": Text("Apple Pay", "Apple Pay"),
                            "about": Text(
                                "On an iPhone, iPad or Mac with a card in Wallet",
                                "На iPhone, iPad или Mac с картой в Wallet",
                            ),
                            "confirmed": Text("Within seconds", "Через несколько секунд"),
                        },
                        {
                            "name": Text("Google Pay", "Google Pay"),
                            "about": Text(
                                "In Chrome and on Android with a saved card",
                                "В Chrome и на Android с сохранённой картой",
                            ),
                            "confirmed": Text("Within seconds", "Через несколько секунд"),
                        },
                        {
                            "name": Text("Bank debit and local methods", "Списание со счёта и местные способы"),
                            "about": Text(
                                "Offered on the payment page where your country has them",
                                "Предлагаются на странице оплаты, если доступны в вашей стране",
                            ),
                            "confirmed": Text(
                                "From minutes to several working days", "От нескольких минут до нескольких рабочих дней"
                            ),
                        },
                    ]
                },
            ),
            (
                "note",
                {
                    "kind": "info",
                    "text": Text(
                        "<p>Prices are in euros. Your bank converts them if your card is in another currency.</p>",
                        "<p>Цены указаны в евро. Если карта в другой валюте, сумму пересчитает ваш банк.</p>",
                    ),
                },
            ),
            ("heading", Text("Your card details", "Данные вашей карты")),
            (
                "text",
                Text(
                    "<p>You enter them on the payment provider’s own page. This shop never sees or stores the number of your card; we are told only that the payment was made and by which kind of card.</p>",
                    "<p>Вы вводите их на странице платёжной системы. Наш магазин не видит и не хранит номер карты: нам сообщают только, что платёж выполнен, и тип карты.</p>",
                ),
            ),
            ("heading", Text("When an order counts as paid", "Когда заказ считается оплаченным")),
            (
                "text",
                Text(
                    "<p>When the provider confirms that the money is ours. Your order then turns <b>Paid</b> by itself, and the license is issued in the same moment. You need not send us a receipt.</p>",
                    "<p>Когда платёжная система подтверждает получение денег. Тогда заказ сам станет <b>оплаченным</b>, и в тот же момент будет выдана лицензия. Присылать нам квитанцию не нужно.</p>",
                ),
            ),
            ("heading", Text("Questions people ask", "Частые вопросы")),
            (
                "questions",
                {
                    "questions": [
                        {
                            "question": Text("Is a license renewed by itself?", "Продлевается ли лицензия сама?"),
                            "answer": Text(
                                "<p>No. A license ends with its period, and nothing is charged without a new order of yours. We remind you in time.</p>",
                                "<p>Нет. Лицензия заканчивается вместе со сроком, и без вашего нового заказа ничего не спишется. Мы напомним заранее.</p>",
                            ),
                        },
                        {
                            "question": Text("Can I get my money back?", "Можно ли вернуть деньги?"),
                            "answer": Text(
                                "<p>Yes. Within fourteen days after payment you get the full price back, whatever the reason: write to us and name the order. If the application does not work in your Bitrix24 as described and we cannot put that right, you have thirty days.</p>",
                                "<p>Да. В течение четырнадцати дней после оплаты мы вернём полную стоимость по любой причине: напишите нам и укажите номер заказа. Если приложение не работает в вашем Битрикс24 так, как описано, и мы не можем это исправить, у вас тридцать дней.</p>",
                            ),
                        },
                        {
                            "question": Text("Where is my invoice?", "Где мой счёт?"),
                            "answer": Text(
                                "<p>In your account under <b>Invoices</b>. Each order has one, with your company’s name if you entered it at the checkout.</p>",
                                "<p>В личном кабинете, в разделе <b>Счета</b>. Он есть у каждого заказа, с названием вашей компании, если вы указали его при оформлении.</p>",
                            ),
                        },
                    ]
                },
            ),
        ],
    },
)

TOPIC = DemoPage(
    "articles.HelpTopicPage",
    "buying",
    {
        "title": Text("Buying and paying", "Покупка и оплата"),
        "intro": Text(
            "From choosing a license to the confirmed payment.", "От выбора лицензии до подтверждённого платежа."
        ),
    },
    below=(HOW_TO_BUY, HOW_TO_PAY, PAYMENT_METHODS),
)
