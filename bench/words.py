"""What made-up companies, people and requests are called."""

CHARACTERS = (
    "Nord", "Süd", "Ost", "West", "Rhein", "Elb", "Main", "Alpen", "Hanse", "Stahl", "Hydro", "Thermo", "Aqua",
    "Elektro", "Chemie", "Papier", "Zucker", "Mineral", "Auto", "Agrar", "Energo", "Petro", "Meta", "Bio",
    "Geo", "Gamma",
)  # fmt: skip
KINDS = (
    "werk", "technik", "bau", "kraft", "guss", "pumpen", "anlagen", "systeme", "industrie", "service", "handel",
    "chem", "tec", "form", "mühle", "hütte", "lack", "plast", "fab", "netz",
)  # fmt: skip
PLACES = (
    "Hamburg", "Kiel", "Bremen", "Essen", "Köln", "Bonn", "Mainz", "Ulm", "Graz", "Wien", "Linz", "Basel",
    "Zürich", "Bern", "Lyon", "Nantes", "Turin", "Brno", "Gdańsk", "Riga", "Oslo", "Malmö", "Aarhus", "Gent",
    "Breda", "Leeds",
)  # fmt: skip
FIRST_NAMES = (
    "Anna", "Bernd", "Carla", "Dmitri", "Eva", "Farid", "Greta", "Hans", "Ines", "Jan", "Katja", "Lars",
    "Maria", "Nils", "Olga", "Peter", "Rita", "Sven", "Tanja", "Uwe", "Vera", "Willem", "Yusuf", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Albrecht", "Berger", "Costa", "Dietrich", "Engel", "Fischer", "Graf", "Huber", "Ivanova", "Jensen",
    "Keller", "Lang", "Meyer", "Novak", "Olsen", "Petrov", "Richter", "Schmidt", "Thoma", "Ulrich", "Vogt",
    "Weber", "Young", "Zimmer",
)  # fmt: skip
SUBJECTS = (
    "Pump overhaul", "Spare parts for mixers", "Valves DN80", "Heat exchanger", "Condition monitoring",
    "Level sensors", "Filter cartridges", "Gearbox repair", "Control cabinet", "Conveyor belts",
    "Annual service", "Dosing station", "Calibration of instruments", "Compressor", "Piping on site",
    "Seals and bearings",
)  # fmt: skip
TEXTS = (
    "Please send us an offer with delivery time. The drawing is attached.",
    "We need a replacement within three weeks, the old unit leaks.",
    "Could somebody call us about a yearly service contract?",
    "What would the price be for ten pieces, and for fifty?",
)  # fmt: skip
