"""A walk through every method of the API that the sandbox has, in working flows, by the SDK's own methods."""
