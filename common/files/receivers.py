from common.changes import purging
from common.events import hooks
from common.files import services

purging.with_record(services.forget)
hooks.react("*", services.mark_anew, when=services.may_change_marks)
