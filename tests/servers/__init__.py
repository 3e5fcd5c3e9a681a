"""PostgreSQL and Redis for one run of the tests, made and thrown away; it must not know what is tested."""
