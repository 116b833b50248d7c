"""One of everything that the editor shows, and what its addresses call it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Locale, Page, Site, UploadedFile, get_page_models
from wagtail_localize.models import Translation, TranslationSource

from cms import bootstrap
from cms.articles.models import HelpIndexPage, HelpPage, HelpTopicPage, NewsIndexPage, NewsPage, PaymentMethodsPage
from cms.models import CategoryPage, HomePage, ProductIndexPage, TextPage
from storefront.core import clock
from tests.cms.test_two_editors import SNIPPETS

Values = dict[str, Any]

#: Routes that answer for a page of any kind alike: what matters is its state.
OF_ANY_KIND = {
    "choose_parent", "collect_workflow_action_data", "confirm_workflow_cancellation", "convert_alias", "history",
    "history_results", "lock", "move", "move_confirm", "revisions_index", "revisions_unschedule", "set_page_position",
    "set_privacy", "unlock", "usage", "workflow_action", "workflow_history", "workflow_history_detail",
    "wagtailadmin_choose_page_child", "wagtailadmin_explore_results",
}  # fmt: skip


def picture(width: int = 40, height: int = 30, name: str = "picture.png") -> ImageFile:
    content = BytesIO()
    Image.new("1", (width, height)).save(content, "PNG")
    return ImageFile(BytesIO(content.getvalue()), name=name)


class Things:
    """Made for ``user``, who has written and submitted what is there."""

    def __init__(self, shop: Any, user: Any) -> None:
        bootstrap.setup_shop()
        self.user, self.home = user, Site.objects.get().root_page.specific
        self.pages = [*self._published(), *self._in_other_states()]  # the last six: one of each state
        self.snippets = [make(shop) for make, _change, _label in SNIPPETS.values()]
        for thing in self.snippets:
            if hasattr(thing, "save_revision"):
                thing.save_revision(user=user)
        self.image = get_image_model().objects.create(title="Picture", file=picture())
        self.document = get_document_model().objects.create(title="Paper", file=ContentFile(b"x", name="paper.txt"))
        self.redirect = Redirect.objects.create(old_path="/old", redirect_link="/new")
        self.collection = Collection.get_first_root_node().add_child(name="Some")
        self.upload = UploadedFile.objects.create(
            for_content_type_id=1, file=ContentFile(b"x", name="x.png"), uploaded_by_user=user
        )

    def _published(self) -> Iterator[Page]:
        """One page of each type, published twice."""
        here = Locale.get_default()
        for kind in (ProductIndexPage, HelpIndexPage):
            assert kind.objects.filter(locale=here).count() == 1
        index, help_index = ProductIndexPage.objects.get(locale=here), HelpIndexPage.objects.get(locale=here)
        topic = help_index.add_child(instance=HelpTopicPage(title="Topic", slug="topic"))
        topic.add_child(instance=HelpPage(title="Question", slug="question"))
        help_index.add_child(instance=PaymentMethodsPage(title="Payment methods", slug="payment-methods"))
        news = self.home.add_child(instance=NewsIndexPage(title="News", slug="news"))
        news.add_child(instance=NewsPage(title="Item", slug="item", summary="What is new"))
        self.home.add_child(instance=TextPage(title="Text", slug="text"))
        index.add_child(instance=CategoryPage(title="Category", slug="category"))
        for model in get_page_models():
            if model is Page:  # nobody can make one of Wagtail's own bare type
                continue
            page = model.objects.filter(locale=here).first()
            for _ in range(2):
                page.save_revision(user=self.user).publish()
            yield model.objects.get(pk=page.pk)

    def _in_other_states(self) -> list[Page]:
        """A draft, an alias, one that waits for approval, one that will be published later, a translation."""
        text = TextPage.objects.get(slug="text")
        draft, waiting, later = (self._draft(name) for name in ("draft", "waiting", "later"))
        self.workflow_state = waiting.get_workflow().start(waiting, self.user)
        later.go_live_at = clock.now() + timedelta(days=1)
        later.save_revision(user=self.user).publish()
        alias = text.create_alias(update_slug="alias")
        elsewhere = Locale.objects.exclude(pk=Locale.get_default().pk).first()
        self.source, _ = TranslationSource.update_or_create_from_instance(text)
        self.translation = Translation.objects.create(source=self.source, target_locale=elsewhere)
        self.translation.save_target()
        return [page.specific_class.objects.get(pk=page.pk) for page in
                (draft, waiting, later, alias, text.get_translation(elsewhere))]  # fmt: skip

    def _draft(self, name: str) -> Page:
        page = self.home.add_child(instance=TextPage(title=name, slug=name, live=False))
        page.save_revision(user=self.user)
        return page

    def values(self, name: str, namespace: str, pages: list[Page]) -> Iterator[Values]:
        """What the arguments of a route may be, one set for each thing that it may be about; of pages, ``pages``."""
        if namespace.startswith(("wagtailsnippets_", "wagtailsnippetchoosers_")):
            kind = namespace.partition("_")[2]
            thing = next(one for one in self.snippets if f"{one._meta.app_label}_{one._meta.model_name}" == kind)
            found = self._of_revisions(thing) | {"pk": thing.pk}
            if name == "versions_compare":  # of what was published
                found |= dict.fromkeys(("old_number", "new_number"), 1)
            yield found
        elif namespace == "wagtailadmin_pages" or name.startswith(("wagtailadmin_explore", "wagtailadmin_choose")):
            yield from map(self._of_page, pages[-6:] if name in OF_ANY_KIND else pages)
        elif namespace in self._plain():
            yield self._plain()[namespace]
        else:
            yield from map(self._of_page, self.pages[-1:])

    def _of_page(self, page: Page) -> Values:
        own = dict.fromkeys(("page_id", "parent_page_id", "page_to_move_id", "pk", "page_pk"), page.pk)
        kind = {"content_type_app_name": page._meta.app_label, "content_type_model_name": page._meta.model_name}
        kind |= {"app_label": page._meta.app_label, "model_name": page._meta.model_name, "object_id": page.pk}
        session = EditingSession.objects.filter(object_id=str(page.pk)).first()
        return own | kind | self._of_revisions(page) | {
            "destination_id": page.get_parent().pk, "session_id": session.pk if session else 1,
            "workflow_pk": self.workflow_state.workflow_id, "translation_id": self.translation.pk,
            "translation_source_id": self.source.pk, "string_segment_id": 1, "overridable_segment_id": 1,
            "mode": "other",
        }  # fmt: skip

    def _of_revisions(self, thing: Any) -> Values:
        task = self.workflow_state.current_task_state
        number = getattr(thing, "latest_revision_id", None) or 1
        found = {
            "revision_id": number,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
            "action_name": "approve",
        }
        return found | {"task_state_id": task.pk, "task_id": task.task_id, "workflow_state_id": self.workflow_state.pk}

    def _plain(self) -> dict[str, Values]:
        """By namespace, for what there is one of."""
        workflow = {"pk": self.workflow_state.workflow_id, "workflow_pk": self.workflow_state.workflow_id}
        workflow |= {"task_id": self.workflow_state.current_task_state.task_id, "page_pk": self.home.pk}
        workflow |= {"app_label": "wagtailcore", "model_name": "groupapprovaltask"}
        image = {"image_id": self.image.pk, "pk": self.image.pk, "filter_spec": "max-100x100"}
        document = {"document_id": self.document.pk, "doc_id": self.document.pk, "pk": self.document.pk}
        upload = {"uploaded_file_id": self.upload.pk}
        return {
            "wagtailimages": image | upload,
            "wagtailimages_chooser": image,
            "wagtaildocs": document | upload,
            "wagtaildocs_chooser": document,
            "wagtailredirects": {"redirect_id": self.redirect.pk},
            "wagtailadmin_collections": {"pk": self.collection.pk, "collection_id": self.collection.pk},
            "wagtailadmin_workflows": workflow,
            "wagtaillocales": {"pk": Locale.get_default().pk},
            "wagtailsites": {"pk": Site.objects.get().pk},
            "wagtailusers_users": {"pk": self.user.pk},
            "wagtailusers_groups": {"pk": self.user.groups.get().pk},
        }


#: Addresses of a page of every kind that is kept, see ``make_public_pages``.
PUBLIC_PATHS = ("/", "/products/", "/products/yeastar-s-module/", "/about/", "/help/", "/help/begin/", "/news/",
                "/news/today/", "/agreements/license-agreement/")  # fmt: skip


def make_public_pages() -> None:
    """A page of every kind that is kept, beside those of the shop."""
    home = HomePage.objects.get()
    home.add_child(instance=TextPage(title="About us", slug="about"))
    guide = home.add_child(instance=HelpIndexPage(title="Help", slug="help"))
    guide.add_child(instance=HelpPage(title="Begin", slug="begin", intro="How to begin."))
    news = home.add_child(instance=NewsIndexPage(title="News", slug="news"))
    news.add_child(instance=NewsPage(title="Today", slug="today", summary="New.", published_on=date(2026, 1, 1)))
