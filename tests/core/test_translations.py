"""Every text of the interface is translated into every language of the repository; what is shipped is up to date."""

from __future__ import annotations

import ast
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract
from django.template import Context, Template
from django.utils import translation
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ROOT / "storefront" / "locale"
SOURCES = ("storefront", "catalogue", "checkout", "cms")
KEYWORDS = {name: None for name in ("_", "gettext", "gettext_lazy", "gettext_noop")} | {
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
#: What Django makes of a marked text in a template, amid what it has blotted out.
CALL = re.compile(r"""(?:_|n?p?gettext)\((?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*"|,\s|count)+\)""")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
LANGUAGES = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())


def used_texts() -> set[str]:
    """Every marked text of our Python files and templates, as its msgid."""
    return {text for _, text in used_entries()}


def used_entries() -> set[tuple[str | None, str]]:
    """The same with their contexts: a text has a translation for each."""
    files = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py") if "sandbox" not in path.parts]
    code = [path.read_bytes() for path in files if "migrations" not in path.parts]
    pages = [path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    code += ["\n".join(CALL.findall(templatize(path.read_text()))).encode() for path in pages]
    return {entry for source in code for entry in _entries(source)}


def _entries(source: bytes) -> list[tuple[str | None, str]]:
    found = extract("python", io.BytesIO(source), keywords=KEYWORDS, options={"encoding": "utf-8"})
    return [(context, message[0] if isinstance(message, tuple) else message) for _, message, _, context in found]


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALES / language / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_a_translation(language: str) -> None:
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue(language) if entry.translated()}
    missing = sorted(text for context, text in used_entries() if text and (context, text) not in known)
    assert not missing, f"run `make messages` and translate: {missing[:20]}"


def test_no_text_is_marked_inside_an_f_string() -> None:
    """Neither gettext nor babel looks into them: such a text is in no catalogue and stays English."""
    hidden = []
    for path in (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        for text in (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.JoinedStr)):
            calls = [node for node in ast.walk(text) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
            hidden += [f"{path.relative_to(ROOT)}:{each.lineno}" for each in calls if each.func.id in KEYWORDS]
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_guessed_or_missing(language: str) -> None:
    """A fuzzy entry is not shown to anyone; one without text shows English."""
    unfinished = [entry.msgid for entry in catalogue(language) if not entry.obsolete and not entry.translated()]
    assert unfinished == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_placeholders(language: str) -> None:
    wrong = [
        entry.msgid
        for entry in catalogue(language)
        for text in ([entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values())
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_texts_are_those_of_the_source(language: str) -> None:
    """The .mo is in the repository, so that running the shop needs no gettext."""
    compiled = polib.mofile(str(LOCALES / language / "LC_MESSAGES" / "django.mo"))
    shipped = {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in compiled}
    source = {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in catalogue(language)}
    assert shipped == source, "run `make messages`"


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [("en", "9 Nov 2026", "9 November 2026, 14:05 UTC+0000"), ("ru", "09.11.2026", "9 ноября 2026 г. 14:05 UTC+0000")],
)
def test_dates_are_written_as_their_readers_write_them(language: str, short: str, long: str) -> None:
    moment = datetime(2026, 11, 9, 14, 5, tzinfo=UTC)
    template = Template('{{ moment|date:"SHORT_DATE_FORMAT" }}; {{ moment }}')
    with translation.override(language):
        assert template.render(Context({"moment": moment})) == f"{short}; {long}"


def test_russian_has_one_voice() -> None:
    """'вы' is small unless it begins a sentence, an account is 'аккаунт', VAT is 'НДС'."""
    capital = re.compile(r"(?<![.!?:…] )(?<![«\n])(?<!^)\b(Вы|Вас|Вам|Ваш[а-я]*)\b", re.MULTILINE)
    other = re.compile(r"учётн\w+ запис|VAT ID(?!\))", re.IGNORECASE)
    texts = [text for entry in catalogue("ru") for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert not [text for text in texts if capital.search(text) or other.search(text)]
