from datetime import timedelta

from common.jobs import timetable
from common.search import vocabulary

timetable.every("search.words", timedelta(minutes=1))(vocabulary.learn)
timetable.every("search.tidy", timedelta(days=1))(vocabulary.tidy)
