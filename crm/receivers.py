from __future__ import annotations

from common.events import hooks
from crm import naming

hooks.project("company.*", naming.project_names)
