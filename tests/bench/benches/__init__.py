"""One module per bench; its function `run` returns rows."""
