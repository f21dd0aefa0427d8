"""Is everything that the travellers were told still true?

`told` sums up the journal, `rows` reads the databases, `processor` the card processor's books, and
`comparison` holds them against each other. Nothing here asks the shop, or knows how it works inside, only
where it keeps what.
"""
