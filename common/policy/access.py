"""The preset roles; each app grants them its part in its own `access.py`."""

from common.policy import presets

presets.role("manager", "Sales manager", ru="Менеджер по продажам")
presets.role("head", "Head of department", ru="Руководитель отдела")
presets.role("operator", "Operator", ru="Оператор")
presets.role("executive", "Executive", ru="Руководитель компании")
presets.role("accountant", "Accountant", ru="Бухгалтер")
presets.role("administrator", "Administrator", ru="Администратор", is_administrator=True)
