"""Yeastar S-series: the product and its page."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.texts import yeastar_versions
from cms.demo.wares import ASK, CALLS, CALLS_PRO, MAIL, PHONE, SEVERAL, DemoPlan, DemoProduct
from cms.demo.words import Drawing, File, Text

YEASTAR = DemoProduct(
    slug="yeastar-s",
    app_code="yeastar-s",
    category="telephony",
    title=Text(
        "Bitrix24 integration module for Yeastar S-series IP-PBX",
        "Модуль интеграции Битрикс24 с IP-АТС Yeastar серии S",
    ),
    tagline=Text("Telephony for Bitrix24", "Телефония для Битрикс24"),
    lead=Text(
        "Calls of your Yeastar S20, S50, S100 or S300 appear in Bitrix24 as they ring: who is calling, what was agreed last time, and the recording when the call is over.",
        "Звонки с вашей Yeastar S20, S50, S100 или S300 появляются в Битрикс24, пока идёт вызов: кто звонит, о чём договорились в прошлый раз, а после разговора – его запись.",
    ),
    picture=Drawing(
        "yeastar.png",
        Text("A PBX, a call and the customer’s card in Bitrix24", "АТС, звонок и карточка клиента в Битрикс24"),
    ),
    description=Text(
        "Connects a Yeastar S-series PBX with Bitrix24: call cards, recordings in the deal, click to call, missed calls as tasks. Licensed by the month.",
        "Соединяет IP-АТС Yeastar серии S с Битрикс24: карточка звонка, записи в сделке, звонок одним щелчком, задачи по пропущенным. Лицензия помесячно.",
    ),
    plans=(
        DemoPlan(
            "standard",
            "12.00",
            Text("Standard", "Стандарт"),
            Text("Up to 10 extensions", "До 10 внутренних номеров"),
            (*CALLS, MAIL),
        ),
        DemoPlan(
            "professional",
            "24.00",
            Text("Professional", "Профессионал"),
            Text("Up to 50 extensions", "До 50 внутренних номеров"),
            (*CALLS_PRO, MAIL),
            is_recommended=True,
        ),
        DemoPlan(
            "enterprise",
            "49.00",
            Text("Enterprise", "Корпоративный"),
            Text("Any number of extensions, several offices", "Любое число номеров, несколько офисов"),
            (*CALLS_PRO, SEVERAL, MAIL, PHONE),
        ),
    ),
    content=[
        parts.text(
            Text(
                "<p>The module connects the PBX you already own with the CRM your people already use. There is nothing to install on workplaces: the PBX reports its calls, Bitrix24 shows them, and each call ends up in the contact, the company and the deal it belongs to.</p>",
                "<p>Модуль соединяет АТС, которая у вас уже есть, с CRM, в которой уже работают ваши сотрудники. На рабочие места ничего ставить не нужно: АТС сообщает о звонках, Битрикс24 их показывает, и каждый звонок попадает в свой контакт, компанию и сделку.</p>",
            )
        ),
        parts.features(
            Text("What changes on the first day", "Что изменится в первый же день"),
            (
                "phone",
                Text("The card opens first", "Карточка открывается сразу"),
                Text(
                    "The phone rings and the customer’s card is there, before anybody has said hello.",
                    "Телефон ещё звонит, а карточка клиента уже перед глазами.",
                ),
            ),
            (
                "people",
                Text("To the right person", "К нужному сотруднику"),
                Text(
                    "A known customer is put through to the manager who looks after them.",
                    "Знакомого клиента система соединит с его менеджером.",
                ),
            ),
            (
                "check",
                Text("Nothing is forgotten", "Ничего не забыто"),
                Text(
                    "An unknown number becomes a lead, a missed call becomes a task.",
                    "Неизвестный номер становится лидом, пропущенный звонок – задачей.",
                ),
            ),
            (
                "link",
                Text("Dialled with a click", "Звонок одним щелчком"),
                Text(
                    "Numbers in Bitrix24 are dialled through your own lines and at your own tariff.",
                    "Номера из Битрикс24 набираются через ваши линии и по вашему тарифу.",
                ),
            ),
            (
                "record",
                Text("Recordings in the deal", "Записи в сделке"),
                Text(
                    "They stay on your PBX. Bitrix24 receives a link, or a copy if you prefer that.",
                    "Они остаются на вашей АТС. Битрикс24 получает ссылку или, если хотите, копию.",
                ),
            ),
            (
                "chart",
                Text("Figures you can trust", "Цифры, которым можно верить"),
                Text(
                    "Calls by person, by hour and by source, in Bitrix24’s own reports.",
                    "Звонки по сотрудникам, часам и источникам – в отчётах самого Битрикс24.",
                ),
            ),
        ),
        parts.gallery(
            Text("How it looks", "Как это выглядит"),
            Drawing(
                "yeastar-call.png",
                Text("An incoming call with the customer’s card", "Входящий звонок и карточка клиента"),
            ),
            Drawing("telephony-history.png", Text("The history of calls in a deal", "История звонков в сделке")),
            Drawing("telephony-report.png", Text("Calls by hour and by employee", "Звонки по часам и по сотрудникам")),
        ),
        parts.video(
            Text("A call in ten seconds", "Звонок за десять секунд"),
            File("yeastar-call.webm", Text("A call in Bitrix24, film", "Звонок в Битрикс24, ролик")),
            Drawing(
                "yeastar-call.png",
                Text("An incoming call with the customer’s card", "Входящий звонок и карточка клиента"),
            ),
            Text(
                "The phone rings, the card opens, the recording is kept. Without sound.",
                "Звонит телефон, открывается карточка, сохраняется запись. Без звука.",
            ),
        ),
        parts.comparison(Text("License types and prices", "Типы лицензий и цены")),
        parts.steps(
            Text("How it works", "Как это работает"),
            (
                Text("Install the application", "Установите приложение"),
                Text(
                    "From the Bitrix24 Market. Then name the address of your PBX; the assistant checks the connection.",
                    "Из Битрикс24 Маркета. Затем укажите адрес своей АТС; мастер проверит соединение.",
                ),
            ),
            (
                Text("Choose a license and pay", "Выберите лицензию и оплатите"),
                Text(
                    "At the checkout enter the address of your Bitrix24, for example acme.bitrix24.com.",
                    "При оформлении заказа введите адрес вашего Битрикс24, например acme.bitrix24.ru.",
                ),
            ),
            (
                Text("The license links itself", "Лицензия привяжется сама"),
                Text(
                    "Within moments after the payment, and the application tells its administrator.",
                    "Почти сразу после оплаты; приложение сообщит об этом администратору.",
                ),
            ),
            (
                Text("Extend it when it suits you", "Продлевайте, когда удобно"),
                Text(
                    "The tab “Payment” inside the application shows the days left.",
                    "Вкладка «Оплата» внутри приложения показывает, сколько дней осталось.",
                ),
            ),
        ),
        parts.quote(
            Text(
                "We used to search for the customer while they were already talking. Now we greet them by name.",
                "Раньше мы искали клиента в базе, пока он уже говорил. Теперь мы здороваемся по имени.",
            ),
            Text("Head of support", "Руководитель службы поддержки"),
            Text("Logistics company, 40 extensions", "Логистическая компания, 40 номеров"),
        ),
        parts.requirements(
            Text("Requirements", "Требования"),
            Text(
                "<ul><li>Yeastar S20, S50, S100 or S300 with firmware 30.15 or newer and the API switched on</li><li>Bitrix24 in the cloud, any commercial plan, or self-hosted with REST access</li><li>The PBX can reach the internet over HTTPS; no port has to be opened to it</li></ul>",
                "<ul><li>Yeastar S20, S50, S100 или S300 с прошивкой 30.15 или новее и включённым API</li><li>Облачный Битрикс24 на любом коммерческом тарифе или коробочный с доступом к REST</li><li>АТС имеет выход в интернет по HTTPS; открывать к ней порты не нужно</li></ul>",
            ),
        ),
        parts.downloads(
            Text("Downloads", "Материалы"),
            (
                File(
                    "yeastar-quick-start-{language}.pdf",
                    Text("Quick start: Yeastar S-series and Bitrix24", "Быстрый старт: Yeastar серии S и Битрикс24"),
                ),
                Text("One page, five steps", "Одна страница, пять шагов"),
            ),
        ),
        yeastar_versions.DOCUMENTATION,
        yeastar_versions.CHANGELOG,
        parts.questions(
            Text("Questions people ask", "Частые вопросы"),
            (
                Text("Which Yeastar models work?", "Какие модели Yeastar подходят?"),
                Text(
                    "<p>S20, S50, S100 and S300. For the P-series please ask us: it has another API.</p>",
                    "<p>S20, S50, S100 и S300. О серии P, пожалуйста, спросите нас: у неё другой API.</p>",
                ),
            ),
            (
                Text("Do calls go through your servers?", "Проходят ли звонки через ваши серверы?"),
                Text(
                    "<p>No. The conversation stays between your PBX and your lines. We pass on only that there is a call, from whom and to whom.</p>",
                    "<p>Нет. Разговор остаётся между вашей АТС и вашими линиями. Мы передаём только то, что идёт звонок, от кого и кому.</p>",
                ),
            ),
            (
                Text("What does a year cost?", "Сколько стоит год?"),
                Text(
                    "<p>For up to 10 extensions {price:yeastar-s/standard/12/total} instead of {price:yeastar-s/standard/12/list}, for up to 50 {price:yeastar-s/professional/12/total}. The box beside this text shows every period.</p>",
                    "<p>До 10 номеров – {price:yeastar-s/standard/12/total} вместо {price:yeastar-s/standard/12/list}, до 50 – {price:yeastar-s/professional/12/total}. Все сроки видны в блоке рядом с текстом.</p>",
                ),
            ),
            (
                Text("What happens when we grow out of our license type?", "Что делать, если номеров станет больше?"),
                Text(
                    "<p>Buy the larger type for the same Bitrix24. At the checkout you choose: it takes over at once, and the days that are left become days of the larger type for the money you paid; or it begins when the present one ends. No day is lost.</p>",
                    "<p>Купите больший тип для того же Битрикс24. При оформлении вы выберете: он начнёт действовать сразу, а оставшиеся дни превратятся в дни большего типа на уплаченную за них сумму, или начнётся, когда закончится нынешний. Ни один день не пропадёт.</p>",
                ),
            ),
        ),
        parts.related(Text("Goes well with it", "Хорошо сочетается"), "products/asterisk", "products/whatsapp"),
        parts.call(
            Text("Hear the difference with the next call", "Разница слышна со следующего звонка"),
            Text(
                "The Standard license is enough for an office of ten.",
                "Для офиса на десять человек достаточно лицензии «Стандарт».",
            ),
            ASK,
            "contact",
        ),
    ],
)
