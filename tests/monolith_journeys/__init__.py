"""What does the shop do while payments leaves it, and once it has left?"""
