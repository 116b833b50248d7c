"""The blocks of the shop's own pages, made of their words. See cms/blocks."""

from __future__ import annotations

from typing import Any

from cms.demo.words import DaysAgo, Drawing, File, Text, To

Block = tuple[str, Any]
NOTHING = Text("", "")
#: As Wagtail stores a picture that is not there.
NO_PICTURE = {"image": None, "alt_text": None, "decorative": None}


def text(words: Text, heading: Text = NOTHING) -> Block:
    return "text", {"heading": heading, "text": words, "is_steps": False}


def note(kind: str, words: Text) -> Block:
    return "note", {"kind": kind, "text": words}


def features(heading: Text, *items: tuple[str, Text, Text]) -> Block:
    """Each: its sign, a title, a sentence."""
    return "features", {
        "heading": heading,
        "items": [{"icon": icon, "title": title, "text": words} for icon, title, words in items],
    }


def gallery(heading: Text, *drawings: Drawing) -> Block:
    items = [{"picture": drawing, "caption": drawing.alt} for drawing in drawings]
    return "screenshots", {"heading": heading, "items": items}


def comparison(heading: Text) -> Block:
    """Of the page's own product."""
    return "comparison", {"heading": heading, "product": None, "rows": "all"}


def steps(heading: Text, *items: tuple[Text, Text]) -> Block:
    found = [{"title": title, "text": _paragraph(words), "picture": NO_PICTURE} for title, words in items]
    return "steps", {"heading": heading, "items": found}


def quote(words: Text, role: Text, company: Text) -> Block:
    """Nobody is named: the demo has no customers."""
    return "quotes", {
        "heading": NOTHING,
        "items": [{"text": words, "name": role, "role": company, "picture": NO_PICTURE}],
    }


def requirements(heading: Text, words: Text) -> Block:
    return "requirements", {"heading": heading, "text": words}


def questions(heading: Text, *pairs: tuple[Text, Text]) -> Block:
    items = [{"question": question, "answer": answer} for question, answer in pairs]
    return "questions", {"heading": heading, "items": items}


def downloads(heading: Text, *files: tuple[File, Text]) -> Block:
    items = [{"file": file, "title": file.title, "note": about} for file, about in files]
    return "downloads", {"heading": heading, "items": items}


def documentation(heading: Text, words: Text, *links: tuple[Text, str]) -> Block:
    """Each link: what it says, and the path of a page of the demo."""
    found = [{"label": label, "page": To(path), "url": ""} for label, path in links]
    return "documentation", {"heading": heading, "text": words, "links": found}


def changelog(heading: Text, *releases: tuple[str, DaysAgo, Text]) -> Block:
    """Each: its version, when it came out, what has changed. Newest first."""
    items = [{"version": version, "released_on": day, "text": words} for version, day, words in releases]
    return "changelog", {"heading": heading, "items": items}


def video(heading: Text, file: File, poster: Drawing, caption: Text) -> Block:
    found = {"heading": heading, "file": file, "captions": None, "url": "", "poster": poster, "caption": caption}
    return "video", found


def related(heading: Text, *paths: str) -> Block:
    return "related", {"heading": heading, "products": [To(path) for path in paths]}


def hero(heading: Text, words: Text, picture: Drawing, label: Text, path: str) -> Block:
    buttons = [{"label": label, "page": To(path), "url": ""}]
    return "hero", {"heading": heading, "text": words, "picture": picture, "buttons": buttons}


def call(heading: Text, words: Text, label: Text, path: str) -> Block:
    button = {"label": label, "page": To(path), "url": ""}
    return "call_to_action", {"heading": heading, "text": words, "button": button}


def news(heading: Text, count: int) -> Block:
    return "news", {"title": heading, "count": count}


def _paragraph(words: Text) -> Text:
    return Text(f"<p>{words.en}</p>", f"<p>{words.ru}</p>")
