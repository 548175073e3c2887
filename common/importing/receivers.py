from common.changes import purging
from common.importing import services

purging.with_record(services.forget_record)
