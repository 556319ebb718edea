"""Getting in touch."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import within_limit
from accounts.models import User
from enquiries import services
from enquiries.forms import EnquiryForm
from enquiries.models import Enquiry

TOO_MANY = (
    "Many messages have come from your network in a short time. Your text is below: send it again in a few minutes, "
    "or write to {address}."
)


@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Ask the library and knowledge team. The same form sent again leads to what it made the first time."""
    if request.method != "POST":
        return render(request, "enquiries/contact.html", {"form": EnquiryForm.begin(request)})
    form = EnquiryForm(request.POST, reader=request.user)
    if not form.is_valid():
        return render(request, "enquiries/contact.html", {"form": form}, status=422)
    details = {name: value for name, value in form.cleaned_data.items() if name != "website"}
    enquiry = Enquiry.objects.made_by(details["submission"])
    if enquiry is None and not within_limit(request, action="get_in_touch"):
        form.add_error(None, TOO_MANY.format(address=settings.LIBRARY_TEAM_EMAIL))
        return render(request, "enquiries/contact.html", {"form": form}, status=429)
    person = request.user if isinstance(request.user, User) else None
    enquiry = enquiry or services.receive(person=person, **details)
    return redirect("enquiries:sent", reference=enquiry.reference)


@never_cache
@require_safe
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what happens next. Whoever guesses a reference learns nothing but that it exists."""
    get_object_or_404(Enquiry, reference=reference)
    return render(request, "enquiries/sent.html", {"reference": reference, "answer_time": settings.ENQUIRY_ANSWER_TIME})
