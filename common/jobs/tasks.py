"""The only Celery tasks: the broker carries ids, everything else is in the database."""

from celery import shared_task

from common.jobs import services, timetable, tracing
from common.kinds import dictionary


@shared_task(name="jobs.run", ignore_result=True)
def run(queue_name: str, pk: int, request: str = "") -> None:
    """Handle one row of a queue; `request` is the id of the request that asked for it, where known."""
    dictionary.use_version(None)
    with tracing.tracing(request=request):
        services.run(queue_name, pk)


@shared_task(name="jobs.sweep", ignore_result=True)
def sweep() -> None:
    """Offer every due row again, and do what the timetable says."""
    services.beat()
    services.sweep()
    dictionary.use_version(None)
    timetable.run_due()
