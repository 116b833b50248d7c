"""Yeastar S-series: its versions, and where its documentation is."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo import parts
from cms.demo.words import DaysAgo, Text

DOCUMENTATION = parts.documentation(
    Text("Documentation", "Документация"),
    Text("How it is set up, linked and paid for.", "Как его настроить, привязать и оплатить."),
    (
        Text("How a license is linked to your Bitrix24", "Как лицензия привязывается к Битрикс24"),
        "help/licenses/linking",
    ),
    (Text("How to extend a license", "Как продлить лицензию"), "help/licenses/extend"),
)

CHANGELOG = parts.changelog(
    Text("What is new", "Что нового"),
    (
        "4.2",
        DaysAgo(12),
        Text(
            "<ul><li>Recordings are in the deal half a minute after the call</li><li>The assistant checks the PBX’s certificate and says what is wrong with it</li></ul>",
            "<ul><li>Запись появляется в сделке через полминуты после разговора</li><li>Мастер проверяет сертификат АТС и говорит, что с ним не так</li></ul>",
        ),
    ),
    (
        "4.1",
        DaysAgo(76),
        Text(
            "<ul><li>Several PBXs in one Bitrix24, for the Enterprise type</li></ul>",
            "<ul><li>Несколько АТС в одном Битрикс24 для типа «Корпоративный»</li></ul>",
        ),
    ),
    (
        "4.0",
        DaysAgo(190),
        Text(
            "<ul><li>The call card in Bitrix24’s new look</li><li>Missed calls become tasks</li></ul>",
            "<ul><li>Карточка звонка в новом оформлении Битрикс24</li><li>Пропущенные звонки становятся задачами</li></ul>",
        ),
    ),
)
