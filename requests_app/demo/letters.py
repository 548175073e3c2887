"""What people write to the demonstration company. A letter is opening, need of the topic, details, closing."""

from __future__ import annotations

from common.demo.scene import Text

OPENINGS: tuple[Text, ...] = (
    ("Good morning, {need}.", "Добрый день! {Need}."),
    ("Dear Sir or Madam, {need}.", "Здравствуйте, {need}."),
    ("Hello, we met at the fair in spring: {need}.", "Здравствуйте, мы виделись на весенней выставке: {need}."),
    ("Your colleague gave me this address. In short, {need}.", "Этот адрес дал мне ваш коллега. Коротко: {need}."),
    ("Please send us an offer: {need}.", "Просим прислать предложение: {need}."),
    ("You have known us for years. {Need}.", "Вы знаете нас много лет. {Need}."),
    ("Following our call this morning: {need}.", "По итогам утреннего звонка: {need}."),
    ("I found you through the valve catalogue; {need}.", "Нашёл вас по каталогу арматуры; {need}."),
)
# Where something flows or is measured: a medium, and what else is asked of valves, pumps and instruments.
MEDIA: tuple[Text, ...] = (
    ("The medium is process water with up to 3% solids at 65 °C.",
     "Среда: технологическая вода, до 3 % твёрдых частиц, 65 °C."),
    ("Saturated steam, 12 bar, 190 °C; the pipes are DIN flanged.", "Насыщенный пар, 12 бар, 190 °C; фланцы по DIN."),
    ("The medium is a light solvent, so everything wetted has to be stainless or PTFE.",
     "Среда: лёгкий растворитель, всё смачиваемое только из нержавейки или PTFE."),
    ("Drinking water, 10 bar, the usual approvals are required.",
     "Питьевая вода, 10 бар, нужны обычные разрешения."),
)  # fmt: skip
PROCESS: tuple[Text, ...] = (
    ("Zone 1 applies, so everything electrical needs an ATEX certificate.",
     "Зона 1, поэтому на всё электрическое нужен сертификат ATEX."),
    ("We need certificates 3.1 for the wetted parts.", "На смачиваемые части нужны сертификаты 3.1."),
    ("An alternative make is welcome as long as the face-to-face length is the same.",
     "Аналог возможен, если строительная длина та же."),
    ("The control system is fixed: 4–20 mA with HART, no fieldbus.",
     "Система управления задана: 4–20 мА с HART, без полевой шины."),
    ("Ambient temperature goes down to −25 °C in winter, so please mind the electronics.",
     "Зимой до −25 °C, учтите это для электроники."),
)  # fmt: skip
DETAILS: tuple[Text, ...] = (
    ("Drawings and the questionnaire can be sent as soon as you name a contact.",
     "Чертежи и опросный лист пришлём, как только назовёте контактное лицо."),
    ("The present equipment was delivered by you nine years ago and still runs well.",
     "Нынешнее оборудование поставляли вы девять лет назад, оно ещё хорошо работает."),
    ("Please quote delivery free site and name the delivery time for the first lot.",
     "Просим цену с доставкой на площадку и срок первой партии."),
    ("Two other suppliers have been asked as well.", "Запросили ещё двух поставщиков."),
    ("Our maintenance crew will do the installation.", "Монтаж делаем своими силами."),
    ("We would take the whole quantity in two lots.", "Всё количество взяли бы двумя партиями."),
    ("Budget for this year is approved, an order is possible within four weeks.",
     "Бюджет на этот год утверждён, заказ возможен в течение четырёх недель."),
    ("Spare parts for two years should be listed separately.", "Запчасти на два года просим указать отдельно."),
    ("The shutdown lasts nine days only, late delivery is not an option.",
     "Останов всего девять дней, опаздывать с поставкой нельзя."),
    ("Our store takes deliveries until two in the afternoon.", "Склад принимает поставки до двух часов дня."),
)  # fmt: skip
CLOSINGS: tuple[Text, ...] = (
    ("Can you offer by the end of next week?", "Сможете дать предложение до конца следующей недели?"),
    ("Please call me, mornings are best.", "Позвоните, пожалуйста, лучше утром."),
    ("A rough price is enough for now.", "Пока достаточно ориентировочной цены."),
    ("If you need a site visit first, next Tuesday would suit us.",
     "Если сначала нужен выезд, нам подходит следующий вторник."),
    ("Kind regards and thank you in advance.", "Заранее спасибо, с уважением."),
    ("We look forward to your offer.", "Ждём вашего предложения."),
    ("Please confirm that you received this.", "Подтвердите, пожалуйста, получение."),
)  # fmt: skip
# Subject and text of what is set aside.
SPAM: tuple[tuple[Text, Text], ...] = (
    (("First place in every search engine", "Первое место во всех поисковиках"),
     ("We bring your site to the top in ten days. Reply today and get half the price.",
      "Выведем ваш сайт в топ за десять дней. Ответьте сегодня и получите скидку 50 %.")),
    (("Database of 40,000 buyers", "База на 40 000 закупщиков"),
     ("Fresh addresses of industrial buyers for a small fee. Only this week.",
      "Свежие адреса промышленных закупщиков недорого. Только на этой неделе.")),
    (("Your domain expires", "Срок вашего домена истекает"),
     ("To avoid losing your name pay the attached invoice within 24 hours.",
      "Чтобы не потерять имя, оплатите счёт в течение 24 часов.")),
)  # fmt: skip
NOT_TARGET: tuple[tuple[Text, Text], ...] = (
    (("Pump for a garden pond", "Насос для садового пруда"),
     ("I need a small pump for my pond, about two metres high. Do you deliver to private people?",
      "Нужен небольшой насос для пруда, подъём около двух метров. Продаёте частным лицам?")),
    (("Internship in sales", "Практика в отделе продаж"),
     ("I study industrial engineering and would like to do an internship of twelve weeks with you.",
      "Учусь на инженера и хочу пройти у вас практику двенадцать недель.")),
    (("Offer of transport services", "Предложение по перевозкам"),
     ("We drive to Hamburg three times a week and have free capacity for pallets. May we quote?",
      "Ездим в Гамбург три раза в неделю, есть место для паллет. Можно прислать расценки?")),
    (("Question about a washing machine", "Вопрос о стиральной машине"),
     ("The inlet valve of my washing machine drips. Is it one of yours?",
      "Капает впускной клапан стиральной машины. Это не ваш?")),
    (("Survey of a university", "Опрос университета"),
     ("For a thesis on maintenance we ask companies to answer twenty questions.",
      "Для диплома о техобслуживании просим ответить на двадцать вопросов.")),
)  # fmt: skip
OTHER: tuple[tuple[Text, Text], ...] = (
    (("Invoice copy", "Копия счёта"),
     ("Please send us a copy of the invoice of last month, ours was lost in the post.",
      "Пришлите, пожалуйста, копию счёта за прошлый месяц, наш потерялся в почте.")),
    (("Change of delivery address", "Новый адрес доставки"),
     ("From next month our store is at gate 3. Please tell your drivers.",
      "Со следующего месяца склад у ворот 3. Передайте, пожалуйста, водителям.")),
)  # fmt: skip
CAMPAIGNS: tuple[dict[str, str], ...] = (
    {}, {}, {},
    {"utm_source": "search", "utm_medium": "cpc", "utm_campaign": "valves"},
    {"utm_source": "search", "utm_medium": "cpc", "utm_campaign": "pumps"},
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "shutdown-season"},
)  # fmt: skip
