"""Do two deployables understand, trust and bear with each other?"""
