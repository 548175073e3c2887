from common.changes import purging
from common.records import many

purging.with_record(many.forget)
