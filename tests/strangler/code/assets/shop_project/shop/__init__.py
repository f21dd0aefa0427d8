"""Something that the service must not get: its parents are empty."""

LOADED = True
