"""From files to facts: which files there are, what each says, kept by content."""
