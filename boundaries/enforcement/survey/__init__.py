"""What does a project look like that nobody has described yet? Read from its files; nothing of it is run."""
