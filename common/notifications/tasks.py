from datetime import timedelta

from common.jobs import timetable
from common.notifications import mailing, services, telling

timetable.every("notifications.jobs", timedelta(minutes=1))(telling.tell_jobs)
timetable.every("notifications.due", timedelta(minutes=15))(telling.tell_due)
timetable.every("notifications.mail", timedelta(minutes=1))(mailing.send_due)
timetable.every("notifications.tidy", timedelta(hours=1))(services.tidy)
