"""WhatsApp: the product and its page."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.wares import ASK, CHATS, MAIL, PHONE, ROBOTS, DemoPlan, DemoProduct
from cms.demo.words import Drawing, Text

TEMPLATES = Text("Message templates", "Шаблоны рассылок")

WHATSAPP = DemoProduct(
    slug="whatsapp",
    app_code="whatsapp",
    category="messengers",
    title=Text("WhatsApp Business for Bitrix24", "WhatsApp Business в Битрикс24"),
    tagline=Text("Messengers for Bitrix24", "Мессенджеры для Битрикс24"),
    lead=Text(
        "One WhatsApp number, a whole team behind it. Conversations are answered in Bitrix24 and stay with the customer they belong to.",
        "Один номер WhatsApp и целая команда за ним. На сообщения отвечают в Битрикс24, и переписка остаётся у своего клиента.",
    ),
    picture=Drawing("whatsapp.png", Text("A phone with a chat and three operators", "Телефон с чатом и три оператора")),
    description=Text(
        "The official WhatsApp Business Platform in Bitrix24: one number for the whole team, approved templates, robots, answer times. Licensed by the month.",
        "Официальная платформа WhatsApp Business в Битрикс24: один номер на всю команду, одобренные шаблоны, роботы, время ответа. Лицензия помесячно.",
    ),
    plans=(
        DemoPlan(
            "team",
            "19.00",
            Text("Team", "Команда"),
            Text("One number, up to 10 operators", "Один номер, до 10 операторов"),
            (*CHATS, TEMPLATES, MAIL),
        ),
        DemoPlan(
            "business",
            "39.00",
            Text("Business", "Бизнес"),
            Text("Three numbers, any number of operators", "Три номера, любое число операторов"),
            (*CHATS, TEMPLATES, ROBOTS, Text("Answer time reports", "Отчёты о времени ответа"), MAIL, PHONE),
        ),
    ),
    content=[
        parts.text(
            Text(
                "<p>The application uses the official WhatsApp Business Platform, so your number is safe from being blocked and no phone has to lie on a desk. You bring your own number and pay the platform’s message fees directly.</p>",
                "<p>Приложение работает через официальную платформу WhatsApp Business, поэтому номеру не грозит блокировка, а телефон не нужно держать на столе. Номер у вас свой, а за сообщения вы платите напрямую платформе.</p>",
            )
        ),
        parts.features(
            Text("For sales and for service", "Для продаж и для сервиса"),
            (
                "chat",
                Text("Approved templates", "Одобренные шаблоны"),
                Text("Sent from deals, by hand or by robots.", "Отправляются из сделок – вручную или роботами."),
            ),
            (
                "people",
                Text("Everybody sees their own", "Каждый видит своё"),
                Text(
                    "Operators see only the chats that are theirs; a supervisor sees all.",
                    "Операторы видят только свои чаты, руководитель – все.",
                ),
            ),
            (
                "clock",
                Text("How fast you answer", "Как быстро вы отвечаете"),
                Text(
                    "Measured by person and by day, in figures and as a chart.",
                    "По сотрудникам и по дням, в цифрах и на графике.",
                ),
            ),
            (
                "check",
                Text("Safe from being blocked", "Без риска блокировки"),
                Text(
                    "The official platform, with your own number and your own contract.",
                    "Официальная платформа, ваш номер и ваш договор.",
                ),
            ),
        ),
        parts.gallery(
            Text("How it looks", "Как это выглядит"),
            Drawing(
                "chats-inbox.png",
                Text("Open chats with the customer’s card beside them", "Открытые чаты и карточка клиента рядом"),
            ),
            Drawing(
                "whatsapp-times.png", Text("Answer times by person and by day", "Время ответа по сотрудникам и дням")
            ),
        ),
        parts.comparison(Text("License types and prices", "Типы лицензий и цены")),
        parts.steps(
            Text("How it works", "Как это работает"),
            (
                Text("Install the application", "Установите приложение"),
                Text(
                    "From the Bitrix24 Market, and connect your WhatsApp Business number.",
                    "Из Битрикс24 Маркета и подключите номер WhatsApp Business.",
                ),
            ),
            (
                Text("Choose a license and pay", "Выберите лицензию и оплатите"),
                Text(
                    "Enter the address of your Bitrix24 at the checkout. The license links itself.",
                    "При оформлении заказа введите адрес вашего Битрикс24. Лицензия привяжется сама.",
                ),
            ),
            (
                Text("Share the work", "Разделите работу"),
                Text(
                    "Say who answers what. New chats are there from the first minute.",
                    "Укажите, кто на что отвечает. Новые чаты появятся с первой минуты.",
                ),
            ),
        ),
        parts.quote(
            Text(
                "Half of our bookings come by WhatsApp. Not one has been lost since they arrive where the calendar is.",
                "Половина записей приходит через WhatsApp. С тех пор как они попадают туда же, где календарь, не потерялась ни одна.",
            ),
            Text("Front desk manager", "Администратор"),
            Text("Car service with three branches", "Автосервис с тремя филиалами"),
        ),
        parts.requirements(
            Text("Requirements", "Требования"),
            Text(
                "<ul><li>A number on the WhatsApp Business Platform, directly or through a provider</li><li>Bitrix24 in the cloud with open channels, any plan</li></ul>",
                "<ul><li>Номер на платформе WhatsApp Business – напрямую или через провайдера</li><li>Облачный Битрикс24 с открытыми линиями, любой тариф</li></ul>",
            ),
        ),
        parts.questions(
            Text("Questions people ask", "Частые вопросы"),
            (
                Text("Can we keep our number?", "Можно ли сохранить наш номер?"),
                Text(
                    "<p>Yes. It moves from the app on the phone to the platform; from then on you answer in Bitrix24.</p>",
                    "<p>Да. Он переносится из приложения в телефоне на платформу, и с этого момента вы отвечаете в Битрикс24.</p>",
                ),
            ),
            (
                Text("What do messages cost?", "Сколько стоят сообщения?"),
                Text(
                    "<p>The platform charges for the conversations that you begin, by country. You pay it directly; our license covers the work in Bitrix24.</p>",
                    "<p>Платформа берёт плату за диалоги, которые начинаете вы, по тарифам страны. Вы платите ей напрямую; наша лицензия – за работу в Битрикс24.</p>",
                ),
            ),
            (
                Text("Can we write to customers first?", "Можно ли написать клиенту первыми?"),
                Text(
                    "<p>Yes, with templates that the platform has approved. You prepare them in the application.</p>",
                    "<p>Да, по шаблонам, одобренным платформой. Вы готовите их прямо в приложении.</p>",
                ),
            ),
        ),
        parts.related(Text("Goes well with it", "Хорошо сочетается"), "products/telegram", "products/asterisk"),
        parts.call(
            Text("One number, nobody waits", "Один номер, и никто не ждёт"),
            Text("Begin with a month and one branch.", "Начните с одного месяца и одного филиала."),
            ASK,
            "contact",
        ),
    ],
)
