"""Who holds the other side of the money? A simulated card processor: a process with its own store and books.

    POST /authorisations               {key, amount, currency, card} → 201 {id, state} | 402 {code, reason}
    POST /authorisations/<id>/capture  {key, amount} → 201 {id, state, captured} | 409 capture_exceeds
    POST /authorisations/<id>/void     {key} → 200 {id, state} | 409 wrong_state
    POST /authorisations/<id>/refunds  {key, amount} → 201 {id, authorisation, refunded} | 409 refund_exceeds
    GET  /authorisations/<id>          → 200 | 404
    GET  /authorisations?after=&limit= → 200 {authorisations: [...], next}
    GET  /books                        → 200 {"EUR": {authorised, captured, refunded, voided, count}, ...}
    GET  /healthz                      → 200

Amounts are decimal strings. The same key gets the same answer for ever; with other arguments it gets 409
`key_reused`. Cards ending in 0002 are declined; authorisations of cards ending in 0119 are answered after
120 ms, though the money is held at once, so that an impatient caller is left with an unknown outcome.
"""
