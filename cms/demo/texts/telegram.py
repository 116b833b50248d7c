"""Telegram: the product and its page."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.wares import ASK, CHATS, MAIL, PHONE, ROBOTS, RULES, DemoPlan, DemoProduct
from cms.demo.words import Drawing, Text

TELEGRAM = DemoProduct(
    slug="telegram",
    app_code="telegram",
    category="messengers",
    title=Text("Telegram chats for Bitrix24", "Чаты Telegram в Битрикс24"),
    tagline=Text("Messengers for Bitrix24", "Мессенджеры для Битрикс24"),
    lead=Text(
        "Customers write to your Telegram bot or business account; your team answers from Bitrix24, and nothing that was promised stays in somebody’s private phone.",
        "Клиенты пишут вашему боту или бизнес-аккаунту в Telegram, сотрудники отвечают из Битрикс24, и ни одно обещание не остаётся в чьём-то личном телефоне.",
    ),
    picture=Drawing(
        "telegram.png",
        Text("A chat on a phone and the same chat in Bitrix24", "Чат в телефоне и тот же чат в Битрикс24"),
    ),
    description=Text(
        "Telegram in Bitrix24’s open channels: bot or business account, sharing out by rules, messages from robots, voice messages as text. Licensed by the month.",
        "Telegram в открытых линиях Битрикс24: бот или бизнес-аккаунт, распределение по правилам, сообщения роботов, расшифровка голосовых. Лицензия помесячно.",
    ),
    plans=(
        DemoPlan(
            "start",
            "9.00",
            Text("Start", "Старт"),
            Text("One account, up to 3 operators", "Один аккаунт, до 3 операторов"),
            (*CHATS, MAIL),
        ),
        DemoPlan(
            "team",
            "19.00",
            Text("Team", "Команда"),
            Text("Three accounts, any number of operators", "Три аккаунта, любое число операторов"),
            (*CHATS, RULES, ROBOTS, MAIL),
        ),
        DemoPlan(
            "business",
            "39.00",
            Text("Business", "Бизнес"),
            Text("Any number of accounts", "Любое число аккаунтов"),
            (*CHATS, RULES, ROBOTS, Text("Voice messages as text", "Голосовые сообщения текстом"), MAIL, PHONE),
        ),
    ),
    content=[
        parts.text(
            Text(
                "<p>Every conversation becomes part of the customer’s history, together with calls, mails and deals. When a colleague is away, another one reads what was said and goes on from there.</p>",
                "<p>Каждая переписка становится частью истории клиента – вместе со звонками, письмами и сделками. Если коллега в отпуске, другой прочитает, о чём шла речь, и продолжит.</p>",
            )
        ),
        parts.features(
            Text("More than forwarding", "Больше, чем пересылка"),
            (
                "people",
                Text("Shared out by your rules", "Распределение по вашим правилам"),
                Text(
                    "By turn, by load, or to the manager responsible for the customer.",
                    "По очереди, по загрузке или ответственному менеджеру.",
                ),
            ),
            (
                "spark",
                Text("Robots write too", "Роботы тоже пишут"),
                Text(
                    "Order states, reminders and invoices go into the same chat.",
                    "Статусы заказов, напоминания и счета приходят в тот же чат.",
                ),
            ),
            (
                "record",
                Text("Voice as text", "Голос в текст"),
                Text(
                    "Voice messages are turned into text beside the recording.",
                    "Голосовые сообщения расшифровываются рядом с записью.",
                ),
            ),
            (
                "check",
                Text("Leads by themselves", "Лиды сами собой"),
                Text(
                    "A new chat becomes a lead, with the name and the source it came from.",
                    "Новый чат становится лидом – с именем и источником.",
                ),
            ),
            (
                "chat",
                Text("Pictures and files", "Изображения и файлы"),
                Text(
                    "They land in the deal, not in somebody’s gallery.", "Они попадают в сделку, а не в чью-то галерею."
                ),
            ),
            (
                "clock",
                Text("Answer times", "Время ответа"),
                Text("See who waits, how long, and for whom.", "Видно, кто ждёт, как долго и кого."),
            ),
        ),
        parts.gallery(
            Text("How it looks", "Как это выглядит"),
            Drawing(
                "chats-inbox.png",
                Text("Open chats with the customer’s card beside them", "Открытые чаты и карточка клиента рядом"),
            ),
            Drawing("chats-rules.png", Text("Rules by which chats are shared out", "Правила распределения чатов")),
        ),
        parts.comparison(Text("License types and prices", "Типы лицензий и цены")),
        parts.steps(
            Text("How it works", "Как это работает"),
            (
                Text("Install the application", "Установите приложение"),
                Text(
                    "From the Bitrix24 Market, and connect your bot or business account: two minutes.",
                    "Из Битрикс24 Маркета и подключите бота или бизнес-аккаунт: две минуты.",
                ),
            ),
            (
                Text("Choose a license and pay", "Выберите лицензию и оплатите"),
                Text(
                    "Enter the address of your Bitrix24 at the checkout.",
                    "При оформлении заказа введите адрес вашего Битрикс24.",
                ),
            ),
            (
                Text("Answer the first chat", "Ответьте в первом чате"),
                Text(
                    "The license links itself, and what customers write is in your open channel.",
                    "Лицензия привяжется сама, и сообщения клиентов придут в вашу открытую линию.",
                ),
            ),
        ),
        parts.quote(
            Text(
                "Three people used to answer from one phone. Now each sees their own chats, and I see all of them.",
                "Раньше втроём отвечали с одного телефона. Теперь каждый видит свои чаты, а я – все.",
            ),
            Text("Owner", "Владелица"),
            Text("Flower shop with delivery", "Цветочный магазин с доставкой"),
        ),
        parts.requirements(
            Text("Requirements", "Требования"),
            Text(
                "<ul><li>A Telegram bot, or a Telegram Business account</li><li>Bitrix24 in the cloud with open channels, any plan</li></ul>",
                "<ul><li>Бот Telegram или аккаунт Telegram Business</li><li>Облачный Битрикс24 с открытыми линиями, любой тариф</li></ul>",
            ),
        ),
        parts.questions(
            Text("Questions people ask", "Частые вопросы"),
            (
                Text("A bot or a business account: which is better?", "Бот или бизнес-аккаунт: что лучше?"),
                Text(
                    "<p>A bot is right for order states and first questions; a business account when customers know a person by name. You can connect both.</p>",
                    "<p>Бот удобен для статусов заказов и первых вопросов, бизнес-аккаунт – когда клиенты знают сотрудника по имени. Можно подключить оба.</p>",
                ),
            ),
            (
                Text("Do we lose our old chats?", "Пропадут ли старые чаты?"),
                Text(
                    "<p>No, they stay in Telegram. In Bitrix24 a conversation begins with the first message after you connect.</p>",
                    "<p>Нет, они останутся в Telegram. В Битрикс24 переписка начинается с первого сообщения после подключения.</p>",
                ),
            ),
            (
                Text("Who counts as an operator?", "Кто считается оператором?"),
                Text(
                    "<p>Every employee who may answer in the open channel. Those who only read do not count.</p>",
                    "<p>Каждый сотрудник, который может отвечать в открытой линии. Те, кто только читает, не считаются.</p>",
                ),
            ),
        ),
        parts.related(Text("Goes well with it", "Хорошо сочетается"), "products/whatsapp", "products/yeastar-s"),
        parts.call(
            Text("Your customers are writing already", "Ваши клиенты уже пишут"),
            Text("Answer them from where their orders are.", "Отвечайте им там, где лежат их заказы."),
            ASK,
            "contact",
        ),
    ],
)
