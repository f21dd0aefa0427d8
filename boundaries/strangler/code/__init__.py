"""CODE: which files does the service of a context consist of?

Read in this order: `source`, `closure` (what must come along), `requirement`, `environment`, `service_map`,
`deployment` (how it is built and run), `layout` (everything but the migrations), `history` (those), `manifest` and `folder` (careful writing).
`origin` is the one module that a service itself imports.
"""
