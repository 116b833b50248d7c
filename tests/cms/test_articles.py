"""Help centre, news, contact page: what readers find, what they send, and what a page costs."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.models import Locale, Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.articles.models import (
    ContactPage,
    HelpIndexPage,
    HelpPage,
    HelpTopicPage,
    HelpVotes,
    NewsIndexPage,
    NewsPage,
)
from cms.models import HomePage
from storefront.billing.models import Seller
from storefront.support.models import Conversation

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
#: What the editor's form always sends along.
COMMENTS = inline_formset([])
ATOM = "{http://www.w3.org/2005/Atom}"

pytestmark = pytest.mark.usefixtures("wagtail_site")


def block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid4())}


def step(title: str, picture: Any = None) -> dict[str, Any]:
    shown = {"image": picture.pk if picture else None, "alt_text": title, "decorative": False}
    return block("step", {"title": title, "text": "<p>Press it.</p>", "picture": shown})


def picture() -> Any:
    return get_image_model().objects.create(
        title="A picture", file=ImageFile(BytesIO(b64decode(PIXEL)), name=f"{uuid4()}.png")
    )


@pytest.fixture
def topic() -> HelpTopicPage:
    """The help centre with one topic, at /help/buying/."""
    index = HomePage.objects.get().add_child(instance=HelpIndexPage(title="Help", slug="help"))
    return index.add_child(instance=HelpTopicPage(title="Buying", slug="buying", intro="From cart to license."))


def write(topic: Page, title: str, blocks: list[Any] | None = None) -> HelpPage:
    slug = title.lower().replace(" ", "-")
    return topic.add_child(instance=HelpPage(title=title, slug=slug, intro=f"About {title}.", body=blocks or []))


@pytest.fixture
def news() -> NewsIndexPage:
    return HomePage.objects.get().add_child(instance=NewsIndexPage(title="News", slug="news"))


def announce(index: Page, number: int, **fields: Any) -> NewsPage:
    fields = {"title": f"News {number}", "summary": f"What is new, {number}."} | fields
    return index.add_child(instance=NewsPage(slug=f"news-{number}", published_on=date(2026, 1, number), **fields))


@pytest.fixture
def contact() -> ContactPage:
    Seller.objects.create(name="Northbridge Software Ltd", address="1 Harbour Street\nLondon", phone="+44 20 5550 100")
    return HomePage.objects.get().add_child(instance=ContactPage(title="Contacts", slug="contact", hours="9 to 18"))


def html_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def queries_of(client: Client, path: str) -> int:
    html_of(client, path)  # pictures are cut, the site context is known
    with CaptureQueriesContext(connection) as captured:
        html_of(client, path)
    return len(captured.captured_queries)


# --- Help ---------------------------------------------------------------------------------------------------------


def test_steps_are_numbered_past_notes_and_anew_after_a_heading(client: Client, topic: Any) -> None:
    note = block("note", {"kind": "warning", "text": "<p>Not twice.</p>"})
    blocks = [step("Choose"), note, step("Pay"), block("heading", "Afterwards"), step("Open")]
    write(topic, "How to buy", blocks)
    html = html_of(client, "/help/buying/how-to-buy/")
    found = re.findall(r'guide-number" aria-hidden="true">(\d)</span>\s*<(h\d)>.*?</span>(\w+)</h\d>', html)
    assert found == [("1", "h2", "Choose"), ("2", "h2", "Pay"), ("1", "h3", "Open")]
    assert 'class="notice notice-warning"' in html


def test_table_of_contents_leads_to_every_heading_once(client: Client, topic: Any) -> None:
    headings = ["Pay by card", "Как оплатить", "Pay by card"]
    write(topic, "How to pay", [block("heading", text) for text in headings])
    html = html_of(client, "/help/buying/how-to-pay/")
    anchors = re.findall(r'<a href="#([^"]+)">', html.split('class="contents"')[1].split("</nav>")[0])
    assert anchors == ["pay-by-card", "как-оплатить", "pay-by-card-2"]
    assert all(html.count(f'<h2 id="{anchor}">') == 1 for anchor in anchors)


def test_short_page_needs_no_table_of_contents(client: Client, topic: Any) -> None:
    write(topic, "Short", [block("heading", "One"), block("heading", "Two")])
    assert 'class="contents"' not in html_of(client, "/help/buying/short/")


def test_help_centre_lists_topics_with_their_published_pages(client: Client, topic: Any) -> None:
    write(topic, "How to buy")
    write(topic, "Hidden").unpublish()
    topic.get_parent().add_child(instance=HelpTopicPage(title="Empty topic", slug="empty"))
    html = html_of(client, "/help/")
    assert 'href="/help/buying/how-to-buy/"' in html
    assert "Hidden" not in html and "Empty topic" not in html
    assert "About How to buy." in html_of(client, "/help/buying/")


def test_reader_walks_on_and_back_within_the_topic(client: Client, topic: Any) -> None:
    for title in ("First", "Second", "Third"):
        write(topic, title)
    html = html_of(client, "/help/buying/second/")
    assert re.search(r'rel="prev" href="/help/buying/first/"', html)
    assert re.search(r'rel="next" href="/help/buying/third/"', html)
    trail = html.split('class="breadcrumbs"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', trail) == ["/", "/help/", "/help/buying/"]


def test_whoever_is_stuck_is_led_to_the_contact_form(client: Client, topic: Any, contact: Any) -> None:
    write(topic, "How to buy")
    html = html_of(client, "/help/buying/how-to-buy/")
    assert 'href="/contact/?subject=How%20to%20buy"' in html
    assert 'value="How to buy"' in html_of(client, "/contact/?subject=How%20to%20buy")


def test_answer_to_was_this_helpful_is_counted_once_a_day(client: Client, topic: Any) -> None:
    page = write(topic, "How to buy")
    address = "/help/buying/how-to-buy/"
    for said in ("yes", "yes", "no"):
        response = client.post(address, {"helpful": said})
        assert response.headers["Location"] == f"{address}?helpful={said}#helpful"
    client.post(address, {"helpful": "no"}, REMOTE_ADDR="203.0.113.7")
    votes = HelpVotes.objects.get(page=page)
    assert (votes.yes, votes.no) == (1, 1)
    assert "Thank you" in html_of(client, f"{address}?helpful=yes")


def test_with_htmx_only_the_question_is_answered(client: Client, topic: Any, contact: Any) -> None:
    write(topic, "How to buy")
    response = client.post("/help/buying/how-to-buy/", {"helpful": "no"}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "What is missing?" in html and "/contact/?subject=" in html and "<html" not in html


@pytest.mark.parametrize("said", ["", "maybe", "yes'--"])
def test_anything_else_is_no_answer(client: Client, topic: Any, said: str) -> None:
    write(topic, "How to buy")
    assert client.post("/help/buying/how-to-buy/", {"helpful": said}).status_code == 302
    assert not HelpVotes.objects.exists()


def test_help_page_costs_the_same_whatever_is_on_it(client: Client, topic: Any, contact: Any) -> None:
    write(topic, "Small", [block("heading", "A"), step("One", picture())])
    first = queries_of(client, "/help/buying/small/")
    blocks = [block("heading", f"Part {n}") for n in range(5)]
    blocks += [step(f"Step {n}", picture()) for n in range(12)]
    shown = {"image": picture().pk, "alt_text": "x", "decorative": False}
    blocks += [block("picture", {"picture": shown, "caption": "c"})]
    write(topic, "Large", blocks)
    for number in range(10):
        write(topic, f"Other {number}")
    assert queries_of(client, "/help/buying/large/") <= first + 1  # pictures with a caption are a kind of their own
    assert first <= 56  # with what surrounds the page asked for twice: tests keep nothing of it


def test_help_centre_costs_the_same_for_many_pages(client: Client, topic: Any) -> None:
    write(topic, "First")
    first = queries_of(client, "/help/"), queries_of(client, "/help/buying/")
    for number in range(8):
        write(topic, f"Page {number}")
        other = topic.get_parent().add_child(instance=HelpTopicPage(title=f"Topic {number}", slug=f"topic-{number}"))
        write(other, f"Below {number}")
    assert (queries_of(client, "/help/"), queries_of(client, "/help/buying/")) == first


def test_marketer_writes_a_help_page_and_sees_what_readers_say(marketer: Any, topic: Any) -> None:
    body = streamfield([("heading", "First"), ("step", {"title": "Choose", "text": rich_text("<p>One.</p>")})])
    body["1"]["value"]["picture"] = {"image": "", "decorative": "", "alt_text": ""}
    fields = {"title": "How to choose", "slug": "how-to-choose", "intro": "In one step.", "body": body}
    fields |= {"seo_title": "", "search_description": "", "share_image": "", "comments": COMMENTS}
    posted = nested_form_data(fields) | {"action-publish": "1"}
    add = reverse("wagtailadmin_pages:add", args=["articles", "helppage", topic.pk])
    assert marketer.get(add).status_code == 200
    response = marketer.post(add, posted)
    assert response.status_code == 302, response.context["form"].errors
    assert "In one step." in html_of(marketer, "/help/buying/how-to-choose/")
    page = HelpPage.objects.get()
    HelpVotes.objects.create(page=page, yes=12, no=3)
    assert "Helpful: 12. Not helpful: 3." in html_of(marketer, reverse("wagtailadmin_pages:edit", args=[page.pk]))


def test_block_of_every_kind_shows_an_example_of_itself_in_the_editor(marketer: Any) -> None:
    for block in HelpPage._meta.get_field("body").stream_block.child_blocks.values():
        if block.is_previewable:
            html_of(marketer, f"{reverse('wagtailadmin_block_preview')}?id={block.definition_prefix}")


# --- News ---------------------------------------------------------------------------------------------------------


def test_news_are_listed_by_date_newest_first_and_in_pages(client: Client, news: Any) -> None:
    for number in (3, 1, 2, *range(4, 13)):
        announce(news, number)
    titles = re.findall(r">(News \d+)</a>", html_of(client, "/news/"))
    assert titles == [f"News {number}" for number in range(12, 2, -1)]
    assert re.findall(r">(News \d+)</a>", html_of(client, "/news/?page=2")) == ["News 2", "News 1"]


def test_feed_tells_the_news_of_its_language(client: Client, news: Any) -> None:
    announce(news, 1)
    announce(news, 2, title="Больше новостей <b>")
    announce(news, 3).unpublish()
    response = client.get("/news/feed/")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Больше новостей <b>", "News 1"]
    assert entries[1].find(f"{ATOM}link").get("href") == "http://testserver/news/news-1/"  # type: ignore[union-attr]
    assert 'type="application/atom+xml"' in html_of(client, "/news/")


def test_list_of_news_costs_the_same_for_many(client: Client, news: Any) -> None:
    announce(news, 1, image=picture())
    first = queries_of(client, "/news/"), queries_of(client, "/news/feed/")
    for number in range(2, 10):
        announce(news, number, image=picture())
    assert (queries_of(client, "/news/"), queries_of(client, "/news/feed/")) == first


def test_newest_news_stand_on_the_front_page_at_the_same_cost(client: Client, news: Any) -> None:
    home = HomePage.objects.get()
    home.content = [block("news", {"title": "What is new", "count": 2})]
    home.save()
    announce(news, 1, image=picture())
    first = queries_of(client, "/")
    for number in (2, 3, 4):
        announce(news, number, image=picture()).save_revision().publish()
    assert queries_of(client, "/") == first
    html = html_of(client, "/").split("latest-news")[1]
    assert re.findall(r">(News \d)</a>", html) == ["News 4", "News 3"]
    assert 'href="/news/"' in html


# --- Contact ------------------------------------------------------------------------------------------------------


def fill(client: Client, clock: Any, *, path: str = "/contact/", **changes: str) -> dict[str, str]:
    """What a person posts who reads the form for a minute."""
    form = client.get(path).context["form"]
    clock.shift(60)
    posted = {"name": "Ada", "email": "ada@example.com", "subject": "Yeastar", "message": "Does S50 work?"}
    return posted | {"stamp": form["stamp"].value(), "website": ""} | changes


@pytest.fixture
def clock() -> Any:
    with time_machine.travel("2026-03-05T12:00:00+00:00", tick=False) as traveller:
        yield traveller


def test_message_is_stored_mailed_to_staff_and_thanked_for(
    client: Client, contact: Any, clock: Any, run_jobs: Any, mailoutbox: Any
) -> None:
    response = client.post("/contact/", fill(client, clock), follow=True)
    assert response.redirect_chain == [("/contact/sent/", 302)]
    assert "Your message is with us" in response.content.decode()
    stored = Conversation.objects.get()
    assert (stored.kind, stored.name, stored.email, stored.subject) == ("contact", "Ada", "ada@example.com", "Yeastar")
    run_jobs()
    assert ["Yeastar" in letter.subject for letter in mailoutbox] == [True]


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_sent(client: Client, contact: Any, clock: Any) -> None:
    response = client.post("/contact/", fill(client, clock, email="ada@", message=" "))
    html = response.content.decode()
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email", "message"}
    assert 'role="alert"' in html and html.count('aria-invalid="true"') == 2
    assert 'value="Ada"' in html
    assert not Conversation.objects.exists()


def test_machine_that_fills_everything_is_not_heard(client: Client, contact: Any, clock: Any) -> None:
    assert client.post("/contact/", fill(client, clock, website="http://spam.example")).status_code == 422
    assert not Conversation.objects.exists()


def test_customer_finds_his_name_and_address_filled_in(client: Client, contact: Any, customer: Any) -> None:
    client.force_login(customer)
    html = html_of(client, "/contact/")
    assert 'value="Ada Buyer"' in html and 'value="buyer@example.com"' in html


def test_question_in_another_language_is_answered_in_it(client: Client, contact: Any, clock: Any) -> None:
    russian = Locale.objects.create(language_code="ru")
    for page in (HomePage.objects.get(), contact):
        made = page.copy_for_translation(russian)
        made.save_revision().publish()
    response = client.post("/ru/contact/", fill(client, clock, path="/ru/contact/"))
    assert response.headers["Location"] == "/ru/contact/sent/"
    assert Conversation.objects.get().language == "ru"


def test_both_faces_of_the_contact_page_are_previewed(marketer: Any, contact: Any) -> None:
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[contact.pk])
    fields = {"title": "Write to us", "slug": "contact", "intro": "", "body": rich_text("<p>Hello.</p>"), "hours": ""}
    fields |= {"sent_title": "It is here", "sent_text": rich_text(""), "seo_title": "", "search_description": ""}
    assert marketer.post(address, nested_form_data(fields | {"share_image": "", "comments": COMMENTS})).json()[
        "is_valid"
    ]
    assert "Hello." in html_of(marketer, f"{address}?mode=")
    assert "It is here" in html_of(marketer, f"{address}?mode=sent")


def test_contact_page_names_the_seller(client: Client, contact: Any) -> None:
    html = html_of(client, "/contact/")
    for words in ("Northbridge Software Ltd", "1 Harbour Street", "tel:+44205550100", "9 to 18"):
        assert words in html
