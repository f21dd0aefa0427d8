"""Nobody in pay needs this."""
