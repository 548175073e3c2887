"""Who may import: the right of the role for the type, unless it was taken away from the person."""

from __future__ import annotations

from common.importing.errors import MayNotImport
from common.policy.principal import Principal
from common.records import registry
from common.records.declaring import RecordType

IMPORT = "import"


def may_import(principal: Principal, kind: RecordType) -> bool:
    """Whether the person may import records of this type at all: by creating or by changing them."""
    may = any(principal.may(kind.key, action) for action in ("create", "change"))
    return bool(kind.sections) and may and principal.may(kind.key, IMPORT)


def importable(principal: Principal) -> list[RecordType]:
    """The types of which the person may import records, in the order of the side bar."""
    return [kind for kind in registry.all_types() if may_import(principal, kind)]


def require(principal: Principal, kind: RecordType) -> None:
    """Raise `MayNotImport` unless the person may import records of this type."""
    if not may_import(principal, kind):
        raise MayNotImport


def may_transfer(principal: Principal, kind: RecordType) -> bool:
    """Whether the person may say by a column whose the records are."""
    return all(principal.may(kind.key, action) for action in ("transfer", "bulk"))
