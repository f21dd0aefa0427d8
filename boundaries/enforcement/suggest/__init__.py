"""Which contexts does a project hold, and which of them should leave first?"""
