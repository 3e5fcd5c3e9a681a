"""Pages of people, teams and organizations: translate in, one call, translate out."""
