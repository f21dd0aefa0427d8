"""Where does the shop fly to, and what is money called there?"""

PLACES = {
    "AMS": "Amsterdam",
    "ATH": "Athens",
    "BCN": "Barcelona",
    "BER": "Berlin",
    "CPH": "Copenhagen",
    "DUB": "Dublin",
    "EDI": "Edinburgh",
    "FCO": "Rome",
    "LIS": "Lisbon",
    "OSL": "Oslo",
    "PRG": "Prague",
    "VIE": "Vienna",
}


def currency_of(place: str) -> str:
    """The currency in which a stay at `place`, and the flight to it, are sold."""
    return "GBP" if place == "EDI" else "EUR"
