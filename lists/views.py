"""The pages of lists. Changing is for the owner: a list of somebody else's is a 404 there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views import SignedInRequest
from catalogue.models import Item
from catalogue.references import ris_response
from lists import services
from lists.forms import EntryForm, ListForm
from lists.models import SavedItem, SavedList
from lists.page import readable_items, rows_of


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """Show the person's lists."""
    return render(request, "lists/mine.html", {"lists": SavedList.objects.of(request.user).with_numbers()})


@login_required
@require_http_methods(["GET", "POST"])
def begin(request: SignedInRequest) -> HttpResponse:
    """Make a list."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.begin_list(**form.cleaned_data, by=request.user))
        except services.CannotSave as refused:
            form.add_error(None, str(refused))
    return render(request, "lists/change.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def save(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save an item with one tap, or take it out again."""
    item = get_object_or_404(Item.objects.visible_to(request.user), pk=pk)
    is_saved = request.POST.get("action") != "remove"
    try:
        if is_saved:
            services.save_item(item=item, by=request.user)
        else:
            services.unsave_item(item=item, by=request.user)
    except services.CannotSave as refused:
        is_saved = False
        messages.error(request, str(refused))
    if request.htmx:  # type: ignore[attr-defined]  # set by django_htmx's middleware
        return render(request, "lists/save_button.html", {"item": item, "is_saved": is_saved, "changed": True})
    if is_saved:
        own = services.default_list(by=request.user)
        messages.success(request, format_html('Saved. <a href="{}">See what you saved</a>', own.get_absolute_url()))
    return redirect(page_to_return_to(request, item))


@never_cache
@require_safe
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show a list to whom it is shared with, without the items that they may not see."""
    found = get_object_or_404(SavedList.objects.readable_by(request.user).select_related("owner"), key=key)
    context = {
        "list": found,
        "rows": rows_of(found, request.user),
        "is_own": found.owner_id == request.user.pk,
        "address": request.build_absolute_uri(found.get_absolute_url()),
    }
    return render(request, "lists/list.html", context)


@require_safe
def ris(request: HttpRequest, key: str) -> HttpResponse:
    """Send what the reader may see of a list to their reference manager."""
    found = get_object_or_404(SavedList.objects.readable_by(request.user), key=key)
    return ris_response(readable_items(rows_of(found, request.user)), name=f"list-{found.key}")


@login_required
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, key: str) -> HttpResponse:
    """Change what a list is called and who may open it."""
    found = get_object_or_404(SavedList.objects.of(request.user), key=key)
    told = {"title": found.title, "introduction": found.introduction, "visibility": found.visibility}
    form = ListForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.change_list(saved_list=found, **form.cleaned_data, by=request.user))
        except services.CannotSave as refused:
            form.add_error("visibility", str(refused))
    return render(request, "lists/change.html", {"form": form, "list": found}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, key: str) -> HttpResponse:
    """Ask, then delete a list."""
    found = get_object_or_404(SavedList.objects.of(request.user), key=key)
    if request.method != "POST":
        return render(request, "lists/delete.html", {"list": found})
    services.delete_list(saved_list=found)
    messages.success(request, f"The list “{found.title}” is deleted.")
    return redirect("lists:mine")


@login_required
@require_POST
def send(request: SignedInRequest, key: str) -> HttpResponse:
    """Send a list to the reader's own address."""
    found = get_object_or_404(SavedList.objects.readable_by(request.user), key=key)
    rows = [(row.item, row.entry.note) for row in rows_of(found, request.user)]
    address = request.build_absolute_uri(found.get_absolute_url())
    services.mail_to_owner(saved_list=found, rows=rows, address=address, to=request.user)
    messages.success(request, f"The list is on its way to {request.user.email}.")
    return redirect(found)


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: SignedInRequest, key: str, pk: int) -> HttpResponse:
    """Change the note on an item, put it into another list, or take it out."""
    found = own_entry(request, key, pk)
    form = EntryForm(request.POST or None, entry=found, owner=request.user)
    if request.method == "POST" and request.POST.get("action") == "remove":
        services.remove_entry(entry=found)
        return redirect("lists:list", key)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_entry(entry=found, **form.cleaned_data)
            return redirect("lists:list", key)
        except services.CannotSave as refused:
            form.add_error("into", str(refused))
    return render(request, "lists/entry.html", {"form": form, "entry": found}, status=422 if form.errors else 200)


@login_required
@require_POST
def move(request: SignedInRequest, key: str, pk: int) -> HttpResponse:
    """Move an item one place up or down."""
    found = own_entry(request, key, pk)
    seen = [row.entry.pk for row in rows_of(found.saved_list, request.user)]
    if found.pk in seen:
        services.move_entry(entry=found, up=request.POST.get("direction") == "up", among=seen)
    return redirect("lists:list", key)


def own_entry(request: SignedInRequest, key: str, pk: int) -> SavedItem:
    """Return the line of an own list; raises Http404 where it is somebody else's or its item may not be seen."""
    visible = Item.objects.visible_to(request.user)
    entries = SavedItem.objects.select_related("saved_list", "item").filter(item__in=visible)
    return get_object_or_404(entries, pk=pk, saved_list__key=key, saved_list__owner=request.user)


def page_to_return_to(request: HttpRequest, item: Item) -> str:
    """Return the page from which the person saved, where the form names one of ours, else the item's."""
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else item.get_absolute_url()
