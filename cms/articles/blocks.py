"""What articles are made of: headings, text, numbered steps with pictures, notes, questions, payment methods.

A heading opens a section, stands in the table of contents and begins the numbering of steps anew; whatever stands
between two steps does not interrupt it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from cms.articles import outline

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "hr", "price"]
SHORT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link", "price"]


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("Opens a section and stands in the table of contents. Steps are counted from 1 again.")
        preview_value = "Pay"
        template = "cms/articles/blocks/heading.html"


class TextBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs, lists, links.")
        preview_value = "<p>The payment link also waits in your mail and in <b>your account</b>.</p>"
        template = "cms/articles/blocks/text.html"


class StepBlock(blocks.StructBlock):
    """One step of a walk-through."""

    title = blocks.CharBlock(label=_("What to do"), max_length=120)
    text = blocks.RichTextBlock(label=_("In more words"), required=False, features=SHORT_FEATURES)
    picture = ImageBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "list-ol"
        label = _("Step")
        description = _("One step of a walk-through, with its picture. Steps number themselves.")
        preview_value = {"title": "Choose a period", "text": "<p>The price follows at once.</p>", "picture": None}
        template = "cms/articles/blocks/step.html"


class NoteBlock(blocks.StructBlock):
    """Something that must not be overlooked."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("info", _("Good to know")), ("success", _("Tip")), ("warning", _("Take care"))],
        default="info",
    )
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT_FEATURES)

    class Meta:
        icon = "info-circle"
        label = _("Note")
        description = _("A framed remark that must not be overlooked.")
        preview_value = {"kind": "warning", "text": "<p>Please do not pay a second time.</p>"}
        template = "cms/articles/blocks/note.html"


class PictureBlock(blocks.StructBlock):
    picture = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A picture with a caption.")
        template = "cms/articles/blocks/picture.html"


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=SHORT_FEATURES)

    class Meta:
        icon = "help"
        label = _("Question and answer")


class QuestionsBlock(blocks.StructBlock):
    """Questions that open to their answers. Search engines are told of them, too."""

    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that open to their answers. Search engines may show them.")
        preview_value = {"questions": [{"question": "Is VAT included?", "answer": "<p>Prices are net.</p>"}]}
        template = "cms/articles/blocks/questions.html"


class PaymentMethodBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Payment method"), max_length=80)
    about = blocks.CharBlock(
        label=_("What to know"), max_length=300, help_text=_("Which cards, which devices, limits.")
    )
    confirmed = blocks.CharBlock(label=_("Counts as paid"), max_length=120, help_text=_("For example: within seconds."))

    class Meta:
        icon = "tag"
        label = _("Payment method")


class PaymentMethodsBlock(blocks.StructBlock):
    methods = blocks.ListBlock(PaymentMethodBlock(), label=_("Payment methods"), min_num=1)

    class Meta:
        icon = "table"
        label = _("Payment methods")
        description = _("A table: the method, what to know about it, when it counts as paid.")
        preview_value = {"methods": [{"name": "Card", "about": "Visa, Mastercard", "confirmed": "within seconds"}]}
        template = "cms/articles/blocks/payment_methods.html"


class ArticleBlock(blocks.StreamBlock):
    """The body of an article."""

    heading = HeadingBlock(max_length=120)
    text = TextBlock(features=TEXT_FEATURES)
    step = StepBlock()
    note = NoteBlock()
    picture = PictureBlock()
    questions = QuestionsBlock()
    payment_methods = PaymentMethodsBlock()

    class Meta:
        template = "cms/articles/blocks/article.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        context["parts"] = outline.parts(value)
        return context
