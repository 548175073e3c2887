from common.changes import purging
from common.duplicates import scanning

purging.with_record(scanning.forget)
