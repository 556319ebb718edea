"""Champions and communities of practice."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.cards import with_card_facts
from catalogue.services import NotReady
from knowledge.forms.colleagues import AskForm, ContactForm, ProfileForm
from knowledge.models import ChampionProfile, Community, KnowHow
from knowledge.services import champions as services
from knowledge.views.contributing import said
from knowledge.views.requests import SignedInRequest


@require_safe
def champions(request: HttpRequest) -> HttpResponse:
    """The directory: to signed-in staff, the champions who chose to be listed."""
    shown = ChampionProfile.objects.shown_to(request.user)
    return render(request, "knowledge/champions.html", {"champions": shown})


@never_cache
@login_required
@require_safe
def champion(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a champion covers and what they contributed under their own name."""
    profile = get_object_or_404(ChampionProfile.objects.shown_to(request.user), pk=pk)
    listed = KnowHow.objects.told_openly_by(profile.user).listed_to(request.user)
    items = with_card_facts(listed.newest_first().for_cards()[:10])
    return render(request, "knowledge/champion.html", {"profile": profile, "items": items})


@login_required
@require_http_methods(["GET", "POST"])
def contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write to a champion, whose address stays hidden."""
    profile = get_object_or_404(ChampionProfile.objects.shown_to(request.user), pk=pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.write_to(recipient=profile.user, sender=request.user, text=form.cleaned_data["text"])
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            said(request, "Your message is on its way.")
            return redirect("knowledge:champion", pk=pk)
    context = {"form": form, "to": profile.user.get_full_name(), "about": None}
    return render(request, "knowledge/contact.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask to become a champion, and see the answer."""
    profile = ChampionProfile.objects.filter(user=request.user).first()
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_to_be_champion(by=request.user, **form.cleaned_data)
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("knowledge:ask")
    return render(request, "knowledge/ask.html", {"form": form, "profile": profile}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Change what one covers as a champion, and whether the directory shows it."""
    own = get_object_or_404(ChampionProfile.objects.granted(), user=request.user)
    initial = {
        "about": own.about,
        "team": own.team,
        "region": own.region,
        "topics": own.topics.all(),
        "is_listed": own.is_listed,
    }
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.update_profile(profile=own, by=request.user, **form.cleaned_data)
        said(request, "Your profile is saved.")
        return redirect("knowledge:champion", pk=own.pk)
    return render(request, "knowledge/profile.html", {"form": form, "profile": own}, status=422 if form.errors else 200)


@require_safe
def communities(request: HttpRequest) -> HttpResponse:
    """List communities of practice: purpose, topics, next meeting, how to join."""
    return render(request, "knowledge/communities.html", {"communities": Community.objects.listed()})
