"""Which names does the shop's world know?"""

FIRST_NAMES = """
    Ada Aisha Alice Amir Ana Anders Anna Aoife Beatriz Ben Carla Chloe Daan Dimitra Diego Elena Elif
    Emil Emma Eva Farid Femke Finn Freja Giulia Grace Hanna Hugo Ida Ines Ingrid Iris Jack Jakub Jan
    Joana Jonas Julia Karel Kofi Lars Laura Lena Leo Lina Lucas Mads Maja Marco Maria Matteo Mila Nadia
    Nikos Noah Nora Olga Oscar Paula Pedro Petra Rasmus Rosa Samir Sanne Sara Sofia Sven Tereza Theo Tom
    Vera Viktor Yara Zoe
""".split()  # noqa: SIM905  (names read better as text)

LAST_NAMES = """
    Almeida Andersen Bakker Bauer Berg Bianchi Byrne Campbell Costa Dahl Doyle Dvorak Eriksen Esposito
    Ferrari Fischer Fraser Garcia Georgiou Gruber Haddad Hansen Hofer Horak Huber Jansen Jensen Kelly
    Koch Lopez Maier Martins Mensah Meyer Moreau Murphy Nielsen Novak Okafor Olsen Papadakis Pereira
    Ricci Romano Santos Schmidt Silva Smit Stewart Svoboda Torres Visser Wagner Walsh Weber Yilmaz
""".split()  # noqa: SIM905  (names read better as text)

HOTELS = {
    "AMS": ["Canal House", "De Vier Linden", "Hotel Amstelzicht", "Jordaan Rooms", "The Herring Gull"],
    "ATH": ["Acropolis Terrace", "Hotel Kalliope", "Olive Court", "Plaka Rooms", "The Owl"],
    "BCN": ["Casa del Mar", "Eixample Suites", "Gracia Garden", "Hotel Tramuntana", "Raval Rooms"],
    "BER": ["Haus Linde", "Hotel am Landwehrkanal", "Kiez Rooms", "Spreeblick", "The Print Works"],
    "CPH": ["Harbour Loft", "Hotel Nyboder", "Kanalhuset", "The Bicycle Inn", "Vesterbro Rooms"],
    "DUB": ["Grand Canal Inn", "Hotel Liffey", "Rathmines House", "The Harp and Anchor", "Wren Rooms"],
    "EDI": ["Calton Rooms", "Castle View", "Leith Docks Hotel", "The Heather", "Waverley House"],
    "FCO": ["Albergo del Pino", "Casa Trastevere", "Hotel Aurelia", "The Seven Hills", "Villa Borghi"],
    "LIS": ["Alfama Terrace", "Casa do Fado", "Hotel Azulejo", "Miradouro Rooms", "Tejo House"],
    "OSL": ["Fjordgata Hotel", "Grunerhuset", "Hotel Nordlys", "The Ski Lodge", "Vika Rooms"],
    "PRG": ["Golden Pear", "Hotel Vltava", "Mala Strana Rooms", "The Clockmaker", "U Tri Lip"],
    "VIE": ["Hotel Donaukanal", "Josefstadt Rooms", "Palais Garten", "The Waltz", "Zum Weissen Rad"],
}

ROOM_KINDS = [("Double room", 1.0), ("Family room", 1.55)]
