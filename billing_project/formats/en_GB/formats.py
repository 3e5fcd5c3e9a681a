"""British dates with a 24-hour clock: Django's own would say "noon" and "a.m." in a table of events."""

# A day is not broken at the end of a line.
DATE_FORMAT = "j\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = f"{DATE_FORMAT}, {TIME_FORMAT}"
