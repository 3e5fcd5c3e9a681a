"""Forms of sign-up, sign-in and team: they check what was typed and know the words beside it."""
