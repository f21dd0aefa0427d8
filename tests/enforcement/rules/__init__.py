"""Tiny projects that come close to breaking a rule and do not: a module per rule, a project per name."""
