"""What does the checked project's Django know once it runs?"""
