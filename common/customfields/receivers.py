from common.changes import purging
from common.customfields.storing import OwnFields, forget
from common.kinds import beside

beside.register(OwnFields())
purging.with_record(forget)
