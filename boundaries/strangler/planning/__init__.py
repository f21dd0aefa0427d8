"""PLAN: what stands in the way of a context, and what will it cost?

Read in this order: `facts`, `blocker` (the rules), `estimate`, `todo`, `report`, `text`; `gather`,
`models` and `catalogue` find the facts, everything else is pure.
"""
