"""What do travellers do all day, and was everything they were told true?

`python -m monolith.traffic` drives the shop over HTTP like strangers would and keeps a journal of what it was
told; `python -m monolith.traffic.audit` compares that journal with the databases and the card processor's
books. Both know the shop from the outside only: nothing of the shop, the kit or Django is imported here, so
that whatever they find, they find independently.
"""
