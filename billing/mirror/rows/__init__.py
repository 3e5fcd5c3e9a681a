"""One typed row a file: reads a fetched object, writes its own row only, and says what changed."""
