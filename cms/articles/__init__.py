"""Pages that explain and announce: the help centre, news, the contact page."""
