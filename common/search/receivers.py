from common.changes import purging
from common.search import services, vocabulary

purging.with_record(services.forget)
purging.with_record(vocabulary.forget)
