"""The worker, with the patience of its guards shortened: nobody waits five minutes for each kill of a fault run."""

from datetime import timedelta

import django
from django.core.management import call_command

GUARD_SECONDS = 3
SLICE_SECONDS = 2

if __name__ == "__main__":
    django.setup()

    from assessments import export_jobs

    export_jobs.GUARD_AFTER = timedelta(seconds=GUARD_SECONDS)
    export_jobs.SLICE_SECONDS = SLICE_SECONDS
    call_command("db_worker", interval=0.2, startup_delay=False)
