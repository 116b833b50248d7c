"""Help: buying and paying."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.words import DemoPage, Shot, Text

HOW_TO_BUY = DemoPage(
    "articles.HelpPage",
    "how-to-buy",
    {
        "title": Text("How to buy a license", "Как купить лицензию"),
        "intro": Text(
            "From the product page to a working application: five steps, about three minutes.",
            "От страницы продукта до работающего приложения: пять шагов, около трёх минут.",
        ),
        "body": [
            (
                "step",
                {
                    "title": Text("Choose a license type and a period", "Выберите тип лицензии и срок"),
                    "text": Text(
                        "<p>The box on the product page shows the price per month, the total and what a longer period saves. Press <b>Buy</b>.</p>",
                        "<p>На странице продукта сразу видны цена за месяц, итог и экономия при более длинном сроке. Нажмите <b>Купить</b>.</p>",
                    ),
                    "picture": Shot(
                        "product",
                        Text(
                            "Product page with license types, periods and the price",
                            "Страница продукта: типы лицензии, сроки и цена",
                        ),
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Look through the cart", "Проверьте корзину"),
                    "text": Text(
                        "<p>You can still change the period and the number of licenses, or enter a voucher code. Then press <b>Place an order</b>.</p>",
                        "<p>Здесь ещё можно изменить срок и количество лицензий или ввести промокод. Затем нажмите <b>Перейти к оформлению</b>.</p>",
                    ),
                    "picture": Shot(
                        "cart", Text("The cart with one license and its price", "Корзина с одной лицензией и её ценой")
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text(
                        "Tell us who you are and which Bitrix24 it is for", "Укажите контакты и адрес вашего Битрикс24"
                    ),
                    "text": Text(
                        "<p>Your e-mail address becomes your log-in. The license works in the Bitrix24 whose address you enter, so copy it from the browser: for example <b>acme.bitrix24.com</b>. Read the agreement, tick its box and press <b>Checkout</b>.</p>",
                        "<p>Адрес электронной почты станет вашим логином. Лицензия будет работать в том Битрикс24, адрес которого вы введёте, поэтому скопируйте его из браузера: например, <b>acme.bitrix24.ru</b>. Прочитайте соглашение, поставьте галочку и нажмите <b>Оформить заказ</b>.</p>",
                    ),
                    "picture": Shot(
                        "checkout",
                        Text(
                            "The checkout: contact, Bitrix24 address, agreement",
                            "Оформление заказа: контакты, адрес Битрикс24, соглашение",
                        ),
                    ),
                },
            ),
            (
                "note",
                {
                    "kind": "info",
                    "text": Text(
                        "<p>New here? A mail with a link to set your password arrives as soon as you order. You can pay without it.</p>",
                        "<p>Вы у нас впервые? Сразу после заказа придёт письмо со ссылкой для пароля. Оплатить заказ можно и без него.</p>",
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Press “Pay order”", "Нажмите «Оплатить заказ»"),
                    "text": Text(
                        "<p>You get to the payment provider’s own secure page. Your card details never reach this shop.</p>",
                        "<p>Откроется защищённая страница платёжной системы. Данные карты в наш магазин не попадают.</p>",
                    ),
                    "picture": Shot(
                        "pay", Text("The order with its “Pay order” button", "Заказ с кнопкой «Оплатить заказ»")
                    ),
                },
            ),
            (
                "step",
                {
                    "title": Text("Open the application in your Bitrix24", "Откройте приложение в вашем Битрикс24"),
                    "text": Text(
                        "<p>If it is installed already, the license starts to work within moments. If not, install it from the Bitrix24 Market and open it once. There is no key to copy.</p>",
                        "<p>Если оно уже установлено, лицензия начнёт работать почти сразу. Если нет, установите его из Битрикс24 Маркета и один раз откройте. Никакие ключи копировать не нужно.</p>",
                    ),
                    "picture": Shot(
                        "paid",
                        Text(
                            "The page after payment tells what is done and what is left",
                            "Страница после оплаты: что сделано и что осталось",
                        ),
                    ),
                },
            ),
            ("heading", Text("Questions people ask", "Частые вопросы")),
            (
                "questions",
                {
                    "questions": [
                        {
                            "question": Text("Which address do I enter?", "Какой адрес вводить?"),
                            "answer": Text(
                                "<p>The one you see in the browser when you work in Bitrix24. You can paste the whole line: we find the address in it.</p>",
                                "<p>Тот, который виден в браузере, когда вы работаете в Битрикс24. Можно вставить всю строку целиком: адрес мы найдём в ней сами.</p>",
                            ),
                        },
                        {
                            "question": Text(
                                "I have ordered, but not paid yet. What now?",
                                "Заказ оформлен, но ещё не оплачен. Что дальше?",
                            ),
                            "answer": Text(
                                "<p>Your order waits for fourteen days. The payment link is in the mail about your order and in your account, under <b>Invoices</b>.</p>",
                                "<p>Заказ ждёт оплаты четырнадцать дней. Ссылка на оплату есть в письме о заказе и в личном кабинете, в разделе <b>Счета</b>.</p>",
                            ),
                        },
                        {
                            "question": Text(
                                "Can I try the application before I buy?", "Можно ли попробовать приложение до покупки?"
                            ),
                            "answer": Text(
                                "<p>There is no trial. You may install it from the Bitrix24 Market and look at its pages; it works once it has a license. If it does not suit you, you get your money back within fourteen days after payment, whatever the reason.</p>",
                                "<p>Пробного периода нет. Приложение можно установить из Битрикс24 Маркета и посмотреть его страницы; работает оно с лицензией. Если оно вам не подойдёт, мы вернём деньги в течение четырнадцати дней после оплаты по любой причине.</p>",
                            ),
                        },
                        {
                            "question": Text(
                                "Can I buy several licenses at once?", "Можно ли купить сразу несколько лицензий?"
                            ),
                            "answer": Text(
                                "<p>Yes, set their number in the cart. Each is linked to one Bitrix24; you name the others later in your account.</p>",
                                "<p>Да, укажите их количество в корзине. Каждая лицензия привязывается к одному Битрикс24; остальные адреса вы зададите позже в личном кабинете.</p>",
                            ),
                        },
                    ]
                },
            ),
        ],
    },
)
