"""Blocks of words: text, notes, features, steps, quotes, questions, requirements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

#: What rich text may hold; ``SHORT`` without headings.
FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "hr", "price"]
SHORT = ["bold", "italic", "ol", "ul", "link", "document-link", "price"]

#: Names of the icons in static/img/icons.svg.
ICONS = [
    ("phone", _("Telephone")),
    ("chat", _("Chat")),
    ("link", _("Connection")),
    ("people", _("People")),
    ("chart", _("Figures")),
    ("shield", _("Safety")),
    ("clock", _("Time")),
    ("spark", _("Automatic")),
    ("record", _("Recording")),
    ("globe", _("World")),
    ("bell", _("Notice")),
    ("check", _("Done")),
]


def heading() -> blocks.CharBlock:
    return blocks.CharBlock(label=_("Heading"), required=False, max_length=120)


class TextBlock(blocks.StructBlock):
    heading = heading()
    text = blocks.RichTextBlock(label=_("Text"), features=FEATURES)
    is_steps = blocks.BooleanBlock(label=_("Show a numbered list as steps"), required=False)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs, lists, links and live prices.")
        template = "cms/blocks/text.html"
        preview_value = {
            "heading": "Made for teams that call",
            "text": "<p>Every call lands in the right card: <b>who</b> called, <i>how long</i>, and the recording.</p>",
            "is_steps": False,
        }


class NoteBlock(blocks.StructBlock):
    """Something that must not be overlooked."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("info", _("Good to know")), ("success", _("Tip")), ("warning", _("Caution"))],
        default="info",
    )
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT)

    class Meta:
        icon = "info-circle"
        label = _("Note")
        description = _("A framed remark that must not be overlooked.")
        preview_value = {"kind": "warning", "text": "<p>Please do not pay a second time.</p>"}
        template = "cms/articles/blocks/note.html"


class FeatureBlock(blocks.StructBlock):
    icon = blocks.ChoiceBlock(label=_("Icon"), choices=ICONS, default="check")
    title = blocks.CharBlock(label=_("Title"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)

    class Meta:
        icon = "tick"
        label = _("Feature")


class FeaturesBlock(blocks.StructBlock):
    heading = heading()
    items = blocks.ListBlock(FeatureBlock(), label=_("Features"), min_num=2, max_num=12)

    class Meta:
        icon = "grip"
        label = _("Features")
        description = _("A grid of what the product does: an icon, a title and a sentence each.")
        template = "cms/blocks/features.html"
        preview_value = {
            "heading": "What it does",
            "items": [
                {"icon": "phone", "title": "Calls in the card", "text": "Every call is noted where it belongs."},
                {"icon": "record", "title": "Recordings", "text": "Listen again right in Bitrix24."},
                {"icon": "chart", "title": "Reports", "text": "Who called whom, and how long."},
            ],
        }


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), required=False, features=SHORT)
    picture = ImageBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "list-ol"
        label = _("Step")


class StepsBlock(blocks.StructBlock):
    heading = heading()
    items = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=2, max_num=9)

    class Meta:
        icon = "list-ol"
        label = _("How it works")
        description = _("Numbered steps, with pictures if you like. They replace the shop's own explanation.")
        template = "cms/blocks/steps.html"
        preview_value = {
            "heading": "How it works",
            "items": [
                {"title": "Install the application", "text": "<p>From the Bitrix24 Market.</p>", "picture": None},
                {"title": "Enter the address of your PBX", "text": "<p>Nothing else.</p>", "picture": None},
            ],
        }


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"), max_length=500)
    name = blocks.CharBlock(label=_("Author"), max_length=80)
    role = blocks.CharBlock(label=_("Role and company"), required=False, max_length=120)
    picture = ImageBlock(label=_("Portrait"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")


class QuotesBlock(blocks.StructBlock):
    heading = heading()
    items = blocks.ListBlock(QuoteBlock(), label=_("Quotes"), min_num=1, max_num=6)

    class Meta:
        icon = "openquote"
        label = _("Quotes")
        description = _("What customers say. Ask them before you name them.")
        template = "cms/blocks/quotes.html"
        preview_value = {
            "heading": "What customers say",
            "items": [
                {"text": "No more lost calls.", "name": "Head of support", "role": "a logistics company"},
            ],
        }


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=SHORT)

    class Meta:
        icon = "help"
        label = _("Question and answer")


class QuestionsBlock(blocks.StructBlock):
    heading = heading()
    items = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that open to show their answers. Search engines may show them.")
        template = "cms/blocks/questions.html"
        preview_value = {
            "heading": "Questions",
            "items": [{"question": "Can I change the license type later?", "answer": "<p>Yes, when you extend.</p>"}],
        }


class RequirementsBlock(blocks.StructBlock):
    heading = heading()
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT)

    class Meta:
        icon = "clipboard-list"
        label = _("Requirements")
        description = _("What the product needs to work.")
        template = "cms/blocks/requirements.html"
        preview_value = {
            "heading": "",
            "text": "<ul><li>Bitrix24, any paid plan</li><li>Yeastar S20 or newer</li></ul>",
        }
