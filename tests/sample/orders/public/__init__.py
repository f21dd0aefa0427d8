"""The door of the orders: nothing but a name so far."""
