"""Two editors of one page, snippet or form: saving over the other's changes is refused until the editor insists.

What another has saved meanwhile is not overwritten unseen : each form carries what it was loaded with, saving
compares that with what is stored, under a lock, and says what was changed and by whom. A new snippet's viewset takes
``OneEditorAtATime``; Wagtail's own forms (pictures, documents, collections, redirects, users, groups) are guarded in
``cms/edit_conflicts/wagtail_forms.py``. Translations are saved string by string: wording that another replaces stays
in the page's history.
"""
