"""The e-invoice: the data of a document as XML by EN 16931, inside its PDF (Factur-X) and as a UBL file.

``making.make`` maps a ``Content`` to the standard's terms (``mapping``), after our own sums are checked
(``arithmetic``), and holds the result against the rules of the standard (``rules``): what fails them is not issued, and
``failures`` says why in words. Pure functions of the content, for the worker alone: what they need takes 200 MB.
"""
