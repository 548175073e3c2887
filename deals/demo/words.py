"""What managers of the demonstration plan and note, by stage."""

from __future__ import annotations

from common.demo.scene import Text

# Steps to plan while a deal is in its first, second … open stage.
STEPS: tuple[tuple[Text, ...], ...] = (
    (
        ("First call", "Первый звонок"), ("Ask for operating data", "Запросить рабочие параметры"),
        ("Qualify budget and date", "Уточнить бюджет и срок"), ("Ask for serial number", "Узнать серийный номер"),
        ("Reply to technical list", "Ответить на опросный лист"),
    ),
    (
        ("Site visit", "Выезд на площадку"),
        ("Clarify material with process engineer", "Согласовать материал с технологом"),
        ("Get price from factory", "Получить цену завода"), ("Send certificate set", "Отправить сертификаты"),
        ("Call about sample test", "Позвонить по испытанию образца"),
    ),
    (
        ("Walk through offer with QA", "Пройти предложение с ОТК"),
        ("Follow up on the offer", "Узнать мнение о предложении"),
        ("Send revised offer", "Отправить новое предложение"), ("Price for larger lot", "Цена на большую партию"),
        ("Check delivery time with stock", "Проверить срок со складом"),
    ),
    (
        ("Send revised price for DN150", "Отправить новую цену на DN150"),
        ("Management call", "Созвон с руководством"),
        ("Tender board decides", "Решение тендерной комиссии"), ("Agree payment terms", "Согласовать условия оплаты"),
        ("Answer to the competitor's price", "Ответить на цену конкурента"),
    ),
    (
        ("Contract countersigned?", "Договор подписан?"), ("Sign annex B", "Подписать приложение Б"),
        ("Contract draft to legal", "Проект договора юристам"), ("Deliver first lot", "Отгрузить первую партию"),
        ("Purchase order number", "Получить номер заказа"),
    ),
)  # fmt: skip
NOTES: tuple[tuple[Text, ...], ...] = (
    (
        ("Called back within the hour. They compare three suppliers, price is not the first point.",
         "Перезвонили в течение часа. Сравнивают трёх поставщиков, цена не главное."),
        ("Operating data come next week, until then only a rough idea of sizes.",
         "Рабочие параметры пришлют на следующей неделе, пока размеры только примерно."),
        ("Knows us from the fair. Wants one contact for pumps and valves.",
         "Знает нас по выставке. Хочет одного поставщика на насосы и арматуру."),
        ("Asked who decides: purchasing together with maintenance.",
         "Спросил, кто решает: закупки вместе с механиками."),
    ),
    (
        ("Budget is approved for this year. If we deliver by the shutdown, the order is ours to lose.",
         "Бюджет на этот год утверждён. Если успеем к останову, заказ почти наш."),
        ("Visited the site with the process engineer: medium is more abrasive than written, take hard seats.",
         "Был на площадке с технологом: среда абразивнее, чем в опроснике, нужны твёрдые сёдла."),
        ("They also buy from a competitor, but are unhappy with the delivery times.",
         "Берут и у конкурента, но недовольны сроками."),
        ("Drawings received. Connection dimensions fit, only the actuator brackets differ.",
         "Чертежи получили. Присоединительные размеры подходят, отличаются только кронштейны приводов."),
    ),
    (
        ("Offer sent with two variants. The stainless one is 8% dearer, but no painting is needed.",
         "Отправили предложение в двух вариантах. Нержавеющий дороже на 8 %, зато без окраски."),
        ("Quality asks for 3.1 certificates for all wetted parts. Included without surcharge.",
         "ОТК просит сертификаты 3.1 на все смачиваемые части. Включили без доплаты."),
        ("Delivery in two lots, the second not before the hall is ready.",
         "Поставка двумя партиями, вторая не раньше готовности цеха."),
        ("Buyer was friendly but silent about the price. Ask again after the holidays.",
         "Закупщик приветлив, но о цене молчит. Спросить после праздников."),
    ),
    (
        ("Needs board approval above 80k. Decision in the middle of the month.",
         "Свыше 80 тыс. нужно решение правления. Решат в середине месяца."),
        ("DN50 and DN80 are approved. For DN150 another supplier is 8% below us.",
         "DN50 и DN80 согласованы. На DN150 другой поставщик на 8 % дешевле."),
        ("We may go down another 3% if they take the whole lot at once.",
         "Можем уступить ещё 3 %, если возьмут всю партию сразу."),
        ("Payment 30% with the order and 70% after delivery is accepted.",
         "Оплата 30 % при заказе и 70 % после поставки согласована."),
    ),
    (
        ("Contract is with their lawyers, two remarks on liability.",
         "Договор у их юристов, два замечания по ответственности."),
        ("Order number will come by the end of the week, production slot is reserved.",
         "Номер заказа будет к концу недели, место в производстве зарезервировано."),
        ("Annex with the spare parts list is agreed.", "Приложение с перечнем запчастей согласовано."),
    ),
)  # fmt: skip
WON_NOTES: tuple[Text, ...] = (
    ("Order received. Thanks to stock for the quick confirmation.",
     "Заказ получен. Спасибо складу за быстрое подтверждение."),
    ("Signed. They want the same again for the second line next year.",
     "Подписали. На следующий год хотят то же для второй линии."),
    ("Delivery time decided it, not the price.", "Решил срок поставки, а не цена."),
)  # fmt: skip
LOST_NOTES: tuple[Text, ...] = (
    ("Lost, but they will ask us again in the next tender.", "Проиграли, но в следующий тендер позовут снова."),
    ("Our price was about ten percent too high.", "Наша цена была выше примерно на десять процентов."),
    ("Investment postponed without a new date.", "Инвестицию отложили без новой даты."),
    ("Three calls and two mails without an answer. I close it.", "Три звонка и два письма без ответа. Закрываю."),
)  # fmt: skip
FILES: tuple[str, ...] = (
    "Offer {number}.pdf", "Data sheet {number}.pdf", "Drawing {number}-2.pdf", "Certificate 3.1 {number}.pdf",
    "Order confirmation {number}.pdf", "Questionnaire {number}.pdf",
)  # fmt: skip
