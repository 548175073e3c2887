from common.changes import purging
from common.events import hooks
from common.notifications import services, telling

hooks.react("*", telling.tell_assigned, when=telling.is_assigned)
hooks.react("*", telling.tell_mentioned, when=telling.is_mentioned)
hooks.react("*", telling.tell_followers, when=telling.is_followed)
hooks.react("*", telling.take_back, when=telling.is_taken_back)
purging.with_record(services.forget)
