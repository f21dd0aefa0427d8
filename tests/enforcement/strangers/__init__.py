"""Does the lint find its way in projects that are not ours, with nothing of theirs installed?

python -m tests.enforcement.strangers            # fetch all, look at each, write var/lint/strangers.json
python -m tests.enforcement.strangers pretix     # only this one
"""
