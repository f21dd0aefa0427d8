"""DOOR: what would a first facade of this context look like, going by how the others use it today?

Read in this order: `use` (one place and what it does there), `reading` (the uses in one file), `kind` (the Python type of
a column), `operation` (uses that one operation would serve), `proposal`, and how that is shown: `text`, `code`, `verb`.
"""
