"""WATCH: how is it going? Facts, control room, health, metrics."""
