"""What becomes of a context's code in the monolith when the service has everything?"""
