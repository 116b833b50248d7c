"""Pages, their blocks, and what marketers work with.

Each page model has its queryset beside it (``ProductPage.objects.on_sale(language)``,
``NewsPage.objects.newest(language)``, ``published(language)`` for all; ``cms/page_base.py`` holds what pages share).
All blocks are in ``cms/blocks``: ``texts``, ``media``, ``offers``, ``references``, ``links``, ``articles`` (bodies of
help pages and news) and ``content``, which says what each kind of page may hold. Names of blocks and of their fields
are stored in pages, so they stay (``tests/cms/test_stored_blocks.py``). Imports go one way: blocks of articles, pages
of articles, the other blocks, the shop's pages, then ``site_context``, ``metadata``, ``search`` and the template tags
(``site_tags``).

What a seller promises is written once, at the seller (snippet Seller): money back within so many days, and what a
card statement shows; ``includes/refund.html`` says it under every button that leads to a payment, and says nothing
where nothing is promised.

An agreement is a snippet with drafts, one row for each language; publishing a changed text makes a version
(``AgreementVersion``), frozen by triggers, and consents point to versions.

The typeface is served by the shop (``static/fonts``, cut to Latin, Latin Extended and Cyrillic with currency signs;
its README says how). Browsers load the parts that a page is written with; until they are there, fonts of the machine
stand in at the same widths, so that nothing moves when the real ones come (a test holds them back and measures it).
"""
