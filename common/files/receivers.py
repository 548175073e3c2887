from common.changes import purging
from common.files import services

purging.with_record(services.forget)
