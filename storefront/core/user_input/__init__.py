"""What people type and paste, read by what the field means. Pure functions about text, without Django.

``characters``: names, companies, messages, codes. ``emails``, ``phones``, ``hosts``: what their names say.
What is impossible is refused with a code; what is possible but probably a slip comes with suggestions, so that the
form can ask 'did you mean ...?' (``core.form_fields``).
"""
