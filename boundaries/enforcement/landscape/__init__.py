"""LANDSCAPE: do the services that were cut out stand alone, or is the monolith still one, only over a network?

Read in this order: `deployable` (who is there), `code` (what their files say), then one module per way in which
services stay tied: `data`, `calls`, `release`, `namespace`, `mirror`, `startup`. `guard` asks them all; `overview` is
the dependency map of the deployables. Nothing is read where the map names no service whose folder exists.
"""
