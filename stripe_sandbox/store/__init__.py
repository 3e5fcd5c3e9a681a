"""Where state lives: one SQLite file, one writer at a time, everything of one change in one transaction."""
