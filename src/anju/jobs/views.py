"""One page for every long piece of work: how far it is, and where its result lies."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.core import time
from anju.core.policy import needs
from anju.jobs import services
from anju.jobs.models import Job


@needs("job.view")
@require_GET
def job(request: Request, code: str) -> HttpResponse:
    """The whole page, or for htmx only the part that is asked for again every second until the job ends."""
    found = get_object_or_404(Job, code=code, created_by=request.user)
    context = {
        "job": found,
        "label": services.label_of(found),
        "result_url": services.result_of(found),
        "unfinished": found.status in (Job.Status.QUEUED, Job.Status.RUNNING),
        "now": time.now(),
    }
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", context)
