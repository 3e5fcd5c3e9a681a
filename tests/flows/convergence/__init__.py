"""Whatever the order in which events come, the rows, facts and effects at the end are the same."""
