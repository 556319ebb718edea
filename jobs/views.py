"""The page that shows how far long work has got."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs import services
from jobs.models import Job


@never_cache
@require_safe
def progress(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show one job to its owner and to librarians; htmx asks for the changing part alone."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    template = "jobs/progress.html#job" if "HX-Request" in request.headers else "jobs/progress.html"
    return render(request, template, {"job": job})


@login_required
@require_POST
def stop(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Ask one job to stop."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    services.request_stop(job=job, by=request.user)  # type: ignore[arg-type]  # login_required lets nobody else in
    return redirect(job)
