"""Whatever dies, is lost, comes twice or comes late: an unpaid invoice is pursued as its rules say, and paid once."""
