"""TELL: what happened?

Read in this order: `event`, `publish`, `consumer`, `relay`, `receive`, `saga`, `saga_run`, `projection`.
"""
