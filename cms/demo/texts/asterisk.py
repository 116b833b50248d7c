"""Asterisk and FreePBX: the product and its page."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.wares import ASK, CALLS, CALLS_PRO, MAIL, PHONE, SEVERAL, DemoPlan, DemoProduct
from cms.demo.words import Drawing, Text

ASTERISK = DemoProduct(
    slug="asterisk",
    app_code="asterisk",
    category="telephony",
    title=Text("Asterisk and FreePBX connector for Bitrix24", "Коннектор Asterisk и FreePBX для Битрикс24"),
    tagline=Text("Telephony for Bitrix24", "Телефония для Битрикс24"),
    lead=Text(
        "Your own Asterisk stays exactly as it is. The connector listens to it, and every call, queue and recording finds its place in Bitrix24.",
        "Ваш Asterisk остаётся таким, какой он есть. Коннектор слушает его, и каждый звонок, очередь и запись находят своё место в Битрикс24.",
    ),
    picture=Drawing(
        "asterisk.png",
        Text("A switchboard with queues, connected to Bitrix24", "АТС с очередями, соединённая с Битрикс24"),
    ),
    description=Text(
        "A small service beside Asterisk or FreePBX: calls, queues, recordings and reports in Bitrix24. The dial plan stays untouched. Licensed by the month.",
        "Небольшая служба рядом с Asterisk или FreePBX: звонки, очереди, записи и отчёты в Битрикс24. Диалплан не меняется. Лицензия помесячно.",
    ),
    plans=(
        DemoPlan(
            "standard",
            "15.00",
            Text("Standard", "Стандарт"),
            Text("One PBX, up to 30 lines", "Одна АТС, до 30 линий"),
            (*CALLS, CALLS_PRO[3], MAIL),
        ),
        DemoPlan(
            "callcentre",
            "39.00",
            Text("Call centre", "Колл-центр"),
            Text("Queues, several PBXs, any number of lines", "Очереди, несколько АТС, любое число линий"),
            (*CALLS_PRO, Text("Queue reports", "Отчёты по очередям"), SEVERAL, MAIL, PHONE),
        ),
    ),
    content=[
        parts.text(
            Text(
                "<p>For companies that run Asterisk or FreePBX themselves and want to keep it that way. The connector is a small service beside your PBX. It reads the manager interface, never rewrites your dial plan, and can be removed without a trace.</p>",
                "<p>Для компаний, которые сами обслуживают Asterisk или FreePBX и хотят, чтобы так и осталось. Коннектор – небольшая служба рядом с АТС. Она читает интерфейс управления, не переписывает диалплан и удаляется без следа.</p>",
            )
        ),
        parts.features(
            Text("Made for call centres too", "И для колл-центров тоже"),
            (
                "people",
                Text("Queues and transfers", "Очереди и переводы"),
                Text(
                    "Queues, transfers and conferences are understood, not just simple calls.",
                    "Коннектор понимает очереди, переводы и конференции, а не только простые звонки.",
                ),
            ),
            (
                "chart",
                Text("Lost calls by the hour", "Потерянные звонки по часам"),
                Text(
                    "Waiting times and lost calls by queue and by hour, in Bitrix24’s own reports.",
                    "Время ожидания и потерянные звонки по очередям и часам – в отчётах Битрикс24.",
                ),
            ),
            (
                "link",
                Text("Several PBXs", "Несколько АТС"),
                Text(
                    "Several can report to one Bitrix24, and one PBX to several.",
                    "Несколько АТС работают с одним Битрикс24, а одна АТС – с несколькими.",
                ),
            ),
            (
                "record",
                Text("Recordings where you need them", "Записи там, где нужно"),
                Text(
                    "In the deal, with a player, and deleted after the time you choose.",
                    "В сделке, с проигрывателем, а удаляются через выбранное вами время.",
                ),
            ),
        ),
        parts.gallery(
            Text("How it looks", "Как это выглядит"),
            Drawing(
                "asterisk-queues.png",
                Text(
                    "Waiting callers and free operators of two queues",
                    "Две очереди: кто ждёт и кто из операторов свободен",
                ),
            ),
            Drawing("telephony-report.png", Text("Calls by hour and by employee", "Звонки по часам и по сотрудникам")),
            Drawing("telephony-history.png", Text("The history of calls in a deal", "История звонков в сделке")),
        ),
        parts.comparison(Text("License types and prices", "Типы лицензий и цены")),
        parts.steps(
            Text("How it works", "Как это работает"),
            (
                Text("Install the application and the connector", "Установите приложение и коннектор"),
                Text(
                    "The application comes from the Bitrix24 Market, the connector as a container or a Debian package.",
                    "Приложение – из Битрикс24 Маркета, коннектор – в виде контейнера или пакета для Debian.",
                ),
            ),
            (
                Text("Let it read the manager interface", "Дайте ему доступ к интерфейсу управления"),
                Text(
                    "One user with read access is enough. The connector calls Bitrix24 itself; no port has to be opened.",
                    "Достаточно одного пользователя с правом чтения. Коннектор сам обращается к Битрикс24; открывать порты не нужно.",
                ),
            ),
            (
                Text("Choose a license and pay", "Выберите лицензию и оплатите"),
                Text(
                    "Enter the address of your Bitrix24 at the checkout. The license links itself.",
                    "Введите адрес вашего Битрикс24 при оформлении заказа. Лицензия привяжется сама.",
                ),
            ),
        ),
        parts.quote(
            Text(
                "It took an afternoon, and most of that was coffee. Our dial plan has grown for nine years and nobody had to touch it.",
                "На всё ушло полдня, включая перерыв на кофе. Наш диалплан рос девять лет, и трогать его не пришлось.",
            ),
            Text("System administrator", "Системный администратор"),
            Text("Chain of dental clinics", "Сеть стоматологических клиник"),
        ),
        parts.requirements(
            Text("Requirements", "Требования"),
            Text(
                "<ul><li>Asterisk 16 or newer, or FreePBX 15 or newer, with the manager interface</li><li>Linux with Docker, or Debian 11 or newer, on the PBX or beside it</li><li>Bitrix24 in the cloud, any commercial plan, or self-hosted with REST access</li></ul>",
                "<ul><li>Asterisk 16 или новее либо FreePBX 15 или новее с интерфейсом управления (AMI)</li><li>Linux с Docker или Debian 11 и новее – на самой АТС или рядом с ней</li><li>Облачный Битрикс24 на любом коммерческом тарифе или коробочный с доступом к REST</li></ul>",
            ),
        ),
        parts.questions(
            Text("Questions people ask", "Частые вопросы"),
            (
                Text(
                    "Does it work with other systems built on Asterisk?",
                    "Работает ли это с другими системами на базе Asterisk?",
                ),
                Text(
                    "<p>If they offer the manager interface, most likely. Name your system to us before you buy, and we look it up.</p>",
                    "<p>Скорее всего да, если у них есть интерфейс управления. Назовите нам свою систему до покупки, и мы проверим.</p>",
                ),
            ),
            (
                Text("What does the connector write into our PBX?", "Что коннектор записывает в нашу АТС?"),
                Text(
                    "<p>Nothing. It starts a call when somebody clicks a number, and that is all it ever asks for.</p>",
                    "<p>Ничего. Он лишь начинает звонок, когда кто-то нажимает на номер, и больше ни о чём не просит.</p>",
                ),
            ),
            (
                Text("Where are the recordings?", "Где хранятся записи?"),
                Text(
                    "<p>On your server. Bitrix24 gets a link that only your employees can open, or a copy.</p>",
                    "<p>На вашем сервере. Битрикс24 получает ссылку, доступную только вашим сотрудникам, или копию.</p>",
                ),
            ),
        ),
        parts.related(Text("Goes well with it", "Хорошо сочетается"), "products/yeastar-s", "products/telegram"),
        parts.call(
            Text("Keep your Asterisk. Add Bitrix24.", "Оставьте свой Asterisk. Добавьте Битрикс24."),
            Text("A month is enough to see whether it fits.", "Месяца хватит, чтобы понять, подходит ли он вам."),
            ASK,
            "contact",
        ),
    ],
)
