"""The person's own account: what the portal knows of them, and what they may do about it."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import data_rights, hooks, services, staff
from accounts.codes import DeletionCode
from accounts.forms import DeleteAccountForm, NameForm, StaffRequestForm
from accounts.limits import within_limit
from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that login_required has let through."""

    user: User


@login_required
@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Show the person's details and what other rooms know of them."""
    parts = [(section.template, section.context(request.user)) for section in hooks.sections()]
    return render(request, "accounts/account.html", {"sections": parts})


@login_required
@require_http_methods(["GET", "POST"])
def name(request: SignedInRequest) -> HttpResponse:
    """Change the name that others see."""
    form = NameForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is changed.")
        return redirect("accounts:account")
    return render(request, "accounts/name.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def staff_access(request: SignedInRequest) -> HttpResponse:
    """Ask to be recognised as staff where the address does not prove it."""
    form = StaffRequestForm(request.POST or None, initial={"staff_request": request.user.staff_request})
    if request.method == "POST" and form.is_valid():
        staff.ask_for_access(user=request.user, words=form.cleaned_data["staff_request"])
        messages.success(request, "We have your request. You will get an email when somebody has looked at it.")
        return redirect("accounts:account")
    return render(request, "accounts/staff_access.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def sign_out_elsewhere(request: SignedInRequest) -> HttpResponse:
    """End the person's sessions on other devices and keep this one."""
    services.end_sessions(user=request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("accounts:account")


@login_required
@require_safe
def data(request: SignedInRequest) -> HttpResponse:
    """Give the person a copy of all that the portal knows of them."""
    response = JsonResponse(data_rights.personal_data(user=request.user), json_dumps_params={"indent": 2})
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{timezone.localdate():%Y-%m-%d}.json"'
    return response


@login_required
@require_POST
def deletion_code(request: SignedInRequest) -> HttpResponse:
    """Send a code for deleting the account, instead of the password."""
    if within_limit(request, action="delete_account"):
        DeletionCode(request.session).send(request.user)
        messages.info(request, f"We have sent a code to {request.user.email}. It works for 15 minutes.")
    else:
        messages.error(request, "You have tried this often. Wait an hour and try again.")
    return redirect("accounts:delete")


@sensitive_post_parameters("proof")
@login_required
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest) -> HttpResponse:
    """Say what deleting the account means, ask for proof, and do it."""
    form = DeleteAccountForm(request.POST or None, user=request.user, code=DeletionCode(request.session))
    if request.method == "POST" and not within_limit(request, action="delete_account"):
        messages.error(request, "You have tried this often. Wait an hour and try again.")
        return redirect("accounts:delete")
    if request.method == "POST" and form.is_valid():
        try:
            data_rights.erase(user=request.user)
        except services.NotAllowed as reason:
            form.add_error(None, str(reason))
        else:
            logout(request)
            messages.success(request, "Your account is deleted. Thank you for having been here.")
            return redirect("home")
    return render(request, "accounts/delete.html", {"form": form}, status=422 if form.errors else 200)
