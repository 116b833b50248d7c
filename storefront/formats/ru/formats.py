"""Russian dates as Django writes them; an instant that a template of a library prints has its zone, too."""

DATETIME_FORMAT = r"j E Y г. G:i \U\T\CO"
