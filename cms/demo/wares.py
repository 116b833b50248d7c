"""How the demo's products are written down. Prices in major units of the shop's currency, per month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cms.demo.words import Drawing, Text


@dataclass(frozen=True)
class DemoPlan:
    code: str
    monthly_price: str
    name: Text
    summary: Text
    features: tuple[Text, ...]
    is_recommended: bool = False


@dataclass(frozen=True)
class DemoProduct:
    """``app_code`` is a code of settings.BITRIX24_APPS, ``category`` the address of one of the demo's categories.

    ``content`` is the body of its page, as ``words`` describes it.
    """

    slug: str
    app_code: str
    category: str
    title: Text
    tagline: Text
    lead: Text
    picture: Drawing
    description: Text
    plans: tuple[DemoPlan, ...]
    content: list[tuple[str, Any]]


# Features are compared by their words, so those that products share are written once.
CALLS = (
    Text("Call card with the caller’s name", "Карточка звонка с именем клиента"),
    Text("Call history in the CRM", "История звонков в CRM"),
    Text("Click to call from Bitrix24", "Звонок из Битрикс24 одним щелчком"),
)
CALLS_PRO = (
    *CALLS,
    Text("Call recordings in the deal", "Записи разговоров в сделке"),
    Text("Missed calls become tasks", "Задачи по пропущенным звонкам"),
    Text("Routing to the responsible manager", "Перевод на ответственного менеджера"),
)
CHATS = (
    Text("Messages in Bitrix24’s open channels", "Сообщения в открытых линиях Битрикс24"),
    Text("New chats become leads", "Новые чаты становятся лидами"),
    Text("Pictures and files", "Изображения и файлы"),
    Text("Reply templates", "Шаблоны ответов"),
)
ROBOTS = Text("Messages from robots", "Сообщения от роботов")
RULES = Text("Sharing out by rules", "Распределение по правилам")
SEVERAL = Text("Several PBXs in one Bitrix24", "Несколько АТС в одном Битрикс24")
ASK = Text("Ask us", "Спросить нас")
MAIL = Text("Support by mail", "Поддержка по почте")
PHONE = Text("Support by phone", "Поддержка по телефону")
