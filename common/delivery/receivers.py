from common.changes import undoing
from common.delivery import selectors

undoing.lasting(selectors.mails_told)
