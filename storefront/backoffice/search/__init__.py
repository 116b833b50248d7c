"""One box that finds everything staff may see.

``sources.py`` lists which columns make what findable, ``receivers.py`` follows them in their transaction,
``index.py`` keeps a document (all values of an object) and its terms (what a value reads from each of its characters
on, 16 long). A part of a word is a range of the terms' primary key for each kind and rank; of several words the
rarest is looked up and the others are compared with the documents; if nothing is found, every spelling one mistake
away is. Provider references have a term for every fourth character: eight characters find them. Rows written past
``save()`` send ``core.signals.rows_written``. ``migrate`` fills an empty index, ``rebuild_search_index`` reads it
anew, the nightly audit compares.
"""
