"""DECLARE: whose is this? The context map, its owners, and who owns which model and table."""
