"""Where customers come from, and how companies and people there are called. All companies are invented."""

from __future__ import annotations

from dataclasses import dataclass

from common.demo.scene import Text


@dataclass(frozen=True)
class Land:
    """A country: its companies are `stem trade legal`, its people `first last`.

    `shares`: of how many companies of a thousand in English and in Russian. Names stand in one string,
    separated by commas; Cyrillic ones are written in Latin letters for addresses.
    """

    code: str
    department: str
    shares: tuple[int, int]
    phone: str
    cities: tuple[Text, ...]
    stems: str
    trades: str
    legals: str
    women: str
    men: str
    families: str


LANDS: tuple[Land, ...] = (
    Land(
        "DE", "dach", (300, 250), "+49 {area} 555 {line}",
        (
            ("Hamburg", "Гамбург"), ("Bremen", "Бремен"), ("Duisburg", "Дуйсбург"), ("Mannheim", "Мангейм"),
            ("Leipzig", "Лейпциг"), ("Augsburg", "Аугсбург"), ("Kassel", "Кассель"), ("Chemnitz", "Хемниц"),
        ),
        "Hansa,Rheintal,Moersbach,Lindenhof,Altwerder,Hartwig,Nordsee,Werthal,Elbgau,Kranich,Steinfurth,Hollmann,"
        "Brandauer,Südring,Ostertal,Falkenau,Ravenbek,Tiedemann,Grünwald,Hellweg,Kupferberg,Birkenfeld,Wesertor,Lohmar",
        "Chemie,Antriebe,Lackwerk,Fördertechnik,Anlagenbau,Kraftwerke,Papier,Maschinenbau,Brauhaus,Wassertechnik,"
        "Stahlbau,Verpackung,Molkerei,Pharma,Zementwerk,Gießerei,Hydraulik,Energie",
        "GmbH,GmbH,GmbH & Co. KG,AG,KG",
        "Petra,Sabine,Katrin,Julia,Heike,Ulrike,Nadine,Silke,Franziska,Birgit",
        "Thomas,Andreas,Stefan,Jürgen,Matthias,Jens,Holger,Florian,Uwe,Carsten,Sven",
        "Vogt,Krämer,Seidel,Brandt,Lorenz,Winkler,Ebert,Jansen,Pohl,Schuster,Busch,Reinhardt,Kaiser,Ullrich,Franke",
    ),
    Land(
        "AT", "dach", (70, 45), "+43 {area} 555 {line}",
        (("Vienna", "Вена"), ("Linz", "Линц"), ("Graz", "Грац"), ("Salzburg", "Зальцбург")),
        "Donautal,Ennsberg,Murauer,Alpstein,Traunfeld,Hochkar,Steirer,Kaltenbach,Innwerk,Sonnleitner",
        "Stahl,Papier,Getränke,Anlagen,Sägewerk,Umwelttechnik,Automation,Kalkwerk",
        "GmbH,GmbH,AG",
        "Elisabeth,Magdalena,Theresa,Barbara,Eva", "Wolfgang,Gerhard,Lukas,Markus,Christoph",
        "Gruber,Pichler,Steiner,Hofer,Leitner,Egger,Aigner,Wimmer,Haas",
    ),
    Land(
        "CH", "dach", (70, 45), "+41 {area} 555 {line}",
        (("Zurich", "Цюрих"), ("Basel", "Базель"), ("Winterthur", "Винтертур"), ("Bern", "Берн")),
        "Limmatta,Jurablick,Aaretal,Glärnisch,Bözberg,Rotwand,Seeland,Calanda,Helvion,Thurwies",
        "Präzision,Feinchemie,Kälte,Biotech,Turbinen,Lebensmittel,Messtechnik,Elektra",
        "AG,AG,GmbH",
        "Nicole,Claudia,Andrea,Monika,Regula", "Urs,Beat,Reto,Daniel,Marco",
        "Meier,Zürcher,Ammann,Frei,Gerber,Baumann,Kunz,Zimmermann,Wyss",
    ),
    Land(
        "GB", "international", (130, 40), "+44 {area} 555 {line}",
        (("Leeds", "Лидс"), ("Sheffield", "Шеффилд"), ("Hull", "Халл"), ("Derby", "Дерби"), ("Bristol", "Бристоль")),
        "Kestrel,Aquanord,Ashdown,Blackmoor,Harrowgate,Penrose,Calder,Ridgeway,Tideford,Marlowe,Stonebeck,Larkhill,"
        "Fenwick,Oakhampton,Wharfdale",
        "Foods,Water,Engineering,Chemicals,Paper Mills,Fabrications,Brewing,Quarries,Ceramics,Process,Marine",
        "Ltd,Ltd,plc,LLP",
        "Emma,Charlotte,Sarah,Rachel,Helen,Laura", "James,Oliver,Andrew,Simon,Gareth,Neil,Stephen",
        "Whitaker,Holmes,Barlow,Pearce,Ashworth,Doyle,Marsh,Hobbs,Fielding,Sutton,Blythe,Kendall",
    ),
    Land(
        "NL", "international", (80, 35), "+31 {area} 555 {line}",
        (("Rotterdam", "Роттердам"), ("Eindhoven", "Эйндховен"), ("Zwolle", "Зволле"), ("Breda", "Бреда")),
        "Meridian,Waalhaven,Zuidpolder,Veldhuis,Oranjewerf,Noorderdijk,Lekstroom,Kompas,Brandersma",
        "Packaging,Zuivel,Techniek,Offshore,Agro,Koeling,Chemie,Machines",
        "BV,BV,NV",
        "Annelies,Marieke,Femke,Sanne", "Jeroen,Pieter,Maarten,Ruben,Wouter",
        "de Vries,Bakker,Visser,Mulder,van Dijk,Hoekstra,Kuiper,Postma,van Leeuwen",
    ),
    Land(
        "IT", "international", (80, 40), "+39 {area} 555 {line}",
        (("Brescia", "Брешиа"), ("Bologna", "Болонья"), ("Turin", "Турин"), ("Parma", "Парма")),
        "Vela,Montalto,Ferravia,Lagoscuro,Ponteverde,Castellana,Adrialto,Rivarossa,Torrenova",
        "Robotics,Meccanica,Alimentare,Acciai,Ceramiche,Impianti,Pompe,Tessile",
        "S.r.l.,S.r.l.,S.p.A.",
        "Giulia,Francesca,Elena,Chiara", "Marco,Alessandro,Paolo,Davide,Lorenzo",
        "Ferrari,Moretti,Galli,Conti,Barbieri,Rinaldi,Fontana,Caruso,Bellini",
    ),
    Land(
        "DK", "international", (50, 20), "+45 {area} 555 {line}",
        (("Aarhus", "Орхус"), ("Odense", "Оденсе"), ("Esbjerg", "Эсбьерг")),
        "Nordvarme,Kystlyn,Fjordby,Vesterholm,Havsand,Lillebro,Grønager,Sundvig",
        "Energi,Mejeri,Vind,Maskiner,Fødevarer", "A/S,A/S,ApS",
        "Mette,Line,Karen", "Lars,Søren,Mikkel,Anders",
        "Nielsen,Holm,Kjær,Lund,Bach,Thomsen,Dahl",
    ),
    Land(
        "FI", "international", (40, 20), "+358 {area} 555 {line}",
        (("Tampere", "Тампере"), ("Turku", "Турку"), ("Oulu", "Оулу")),
        "Lumen,Koskivesi,Pohjanranta,Saarimetsä,Hopealahti,Revontuli,Kalliokoski",
        "Pharma,Sellu,Konepaja,Vesi,Metalli", "Oy,Oy,Oyj",
        "Aino,Kaisa,Päivi", "Mikko,Jukka,Antti,Petri",
        "Virtanen,Laine,Heikkinen,Koskela,Salminen,Rantala",
    ),
    Land(
        "PL", "international", (70, 45), "+48 {area} 555 {line}",
        (("Poznań", "Познань"), ("Gdańsk", "Гданьск"), ("Katowice", "Катовице"), ("Wrocław", "Вроцлав")),
        "Wisłostal,Bałtyk,Karpatia,Zawisza,Srebrna Góra,Bursztyn,Jaworek",
        "Chemia,Mleczarnia,Maszyny,Papier,Cement,Ciepło,Odlewnia", "Sp. z o.o.,Sp. z o.o.,S.A.",
        "Agnieszka,Katarzyna,Monika,Ewa", "Piotr,Tomasz,Krzysztof,Marek",
        "Nowak,Zieliński,Wójcik,Kamiński,Lewandowski,Mazur,Sikora,Pawlak",
    ),
    Land(
        "US", "international", (110, 60), "+1 {area} 555 {line}",
        (("Houston", "Хьюстон"), ("Cleveland", "Кливленд"), ("Denver", "Денвер"), ("Charlotte", "Шарлотт")),
        "Atlas,Maple Ridge,Blue Mesa,Ironwood,Copperfield,Redstone,Silver Creek,Great Plains,Lakeshore,Tidewater",
        "Cement,Mining,Foods,Power,Petrochem,Bottling,Steel,Water Systems,Aggregates", "Inc.,Inc.,LLC,Corp.",
        "Jennifer,Amanda,Megan,Rebecca", "Michael,Brian,Kevin,Jason,Eric",
        "Hayes,Coleman,Bennett,Foster,Sullivan,Parker,Ramsey,Osei,Delgado,Nguyen",
    ),
    Land(
        "RU", "international", (0, 290), "+7 {area} 555-{line}",
        (
            ("Saint Petersburg", "Санкт-Петербург"), ("Yekaterinburg", "Екатеринбург"), ("Perm", "Пермь"),
            ("Nizhny Novgorod", "Нижний Новгород"), ("Samara", "Самара"), ("Chelyabinsk", "Челябинск"),
        ),
        "Заозёрный,Белоградский,Камнегорский,Верхнереченский,Лесногорский,Златоручейский,Синегорский,"
        "Чернолесский,Тихогорский,Красноозёрный,Новоостровский,Медногорский,Староключевской,Светлореченский",
        "химический завод,цементный завод,насосный завод,молочный комбинат,бумажный комбинат,водоканал,"
        "арматурный завод,литейный завод,энергосервис,пищевой комбинат,редукторный завод,фармацевтический завод",
        "ООО,ООО,АО,ПАО",
        "Ольга,Марина,Светлана,Наталья,Екатерина,Татьяна", "Сергей,Дмитрий,Алексей,Андрей,Виктор,Павел,Игорь",
        "Ковалёв,Морозов,Лебедев,Соколов,Белов,Фомин,Зайцев,Громов,Щербаков,Ершов,Киселёв,Гусев,Воронцов",
    ),
    Land(
        "KZ", "international", (0, 60), "+7 {area} 555-{line}",
        (("Karaganda", "Караганда"), ("Pavlodar", "Павлодар"), ("Aktobe", "Актобе")),
        "Сарыарка,Алатау,Иртыш,Тенгри,Балхаш,Кокше,Жайык", "Металл,Энерго,Агро,Сервис,Цемент", "ТОО,ТОО,АО",
        "Айгуль,Динара,Жанна", "Ерлан,Нурлан,Тимур,Арман",
        "Ахметов,Сериков,Жумабаев,Касымов,Оспанов",
    ),
    Land(
        "BY", "international", (0, 50), "+375 {area} 555-{line}",
        (("Minsk", "Минск"), ("Gomel", "Гомель"), ("Brest", "Брест")),
        "Полесье,Неман,Березина,Двина,Припять,Нарочь,Сож", "Пром,Маш,Хим,Молоко,Картон", "ООО,ОАО,ЗАО",
        "Алеся,Инна,Вера", "Олег,Денис,Роман,Максим",
        "Савицкий,Климович,Новицкий,Жук,Мороз,Бондарь",
    ),
)  # fmt: skip
SLAVIC = frozenset({"RU", "KZ", "BY"})
"""Family names get a female form, the legal form stands first and the name in quotes."""

POSTS: tuple[Text, ...] = (
    ("Head of procurement", "Начальник отдела закупок"), ("Buyer", "Специалист по закупкам"),
    ("Maintenance manager", "Главный механик"), ("Plant manager", "Директор завода"),
    ("Process engineer", "Инженер-технолог"), ("Project engineer", "Инженер проекта"),
    ("Instrumentation engineer", "Инженер КИПиА"), ("Technical director", "Технический директор"),
    ("Quality manager", "Начальник ОТК"), ("Production planner", "Плановик производства"),
    ("Managing director", "Генеральный директор"), ("Utilities engineer", "Инженер-энергетик"),
    ("Warehouse supervisor", "Заведующий складом"), ("Accountant", "Бухгалтер"),
)  # fmt: skip
DESCRIPTIONS: tuple[Text, ...] = (
    ("Two production lines, the second is being rebuilt.", "Две линии, вторая на реконструкции."),
    ("Buys through yearly tenders, decides in autumn.", "Закупает через годовые тендеры, решение осенью."),
    ("Wants certificates with every delivery.", "Требует сертификаты с каждой поставкой."),
    ("Pays within 30 days, always punctual.", "Платит в течение 30 дней, всегда вовремя."),
    ("Old customer of the Bremen branch.", "Давний клиент бременского филиала."),
    ("Prefers delivery in lots to the site store.", "Предпочитает поставку партиями на склад площадки."),
    ("Spare parts for pumps since the overhaul.", "Берёт запчасти к насосам после капремонта."),
    ("New site manager, relations to be built up.", "Новый директор площадки, отношения надо строить."),
)  # fmt: skip
LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
SOUNDS = "a|b|v|g|d|e|e|zh|z|i|y|k|l|m|n|o|p|r|s|t|u|f|kh|ts|ch|sh|shch||y||e|yu|ya"
CYRILLIC = dict(zip(LETTERS, SOUNDS.split("|"), strict=True))
LATIN = {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "ä": "ae", "ö": "oe", "ü": "ue"}
