"""What does the kit give to its users' tests?

Real servers that end when their owner does, databases with the five roles of the convention, crashes on
purpose. It stands outside the row of rooms: it may use any of them, and none uses it.
"""
