"""How does a project get rid of the kit again?"""
