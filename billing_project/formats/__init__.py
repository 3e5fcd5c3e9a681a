"""How Django writes dates and times where a page leaves it to Django, as the admin does."""
