"""The librarians' admin: Django's, signed in to through the portal's own pages, with a first page that says what waits."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst

from kmportal.dashboard import dashboard_for

# The rooms in the order in which librarians work in them; any other comes after these.
ROOMS = (
    "evidence", "knowledge", "learning_zone", "events", "catalogue", "taxonomy", "digests", "enquiries", "pages",
    "accounts",
)  # fmt: skip

# The lists that librarians use most; those of rooms that are not installed are left out.
MAIN_LISTS = (
    "evidence.Evidence", "knowledge.KnowHow", "learning_zone.LearningResource", "events.Event", "taxonomy.Topic",
    "enquiries.Enquiry", "pages.Page", "accounts.User",
)  # fmt: skip


@dataclass(frozen=True)
class Room:
    """A way to a main list. `is_current` where the page belongs to it."""

    label: str
    url: str
    is_current: bool


class PortalAdminSite(AdminSite):
    """Django's admin under the portal's name."""

    site_header = "Library and knowledge team"
    site_title = "Library and knowledge team"
    index_title = "What waits for you"
    index_template = "admin/dashboard.html"
    empty_value_display = "–"
    # The rooms stand above every page instead: beside a list of many columns there is no room for them.
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the way to the main lists to what Django's pages need."""
        return {**super().each_context(request), "rooms": self.rooms(request)}

    def rooms(self, request: HttpRequest) -> list[Room]:
        """Return the first page and the main lists that this person may see."""
        home = reverse(f"{self.name}:index")
        rooms = [Room("What waits", home, request.path == home)]
        for label in MAIN_LISTS:
            app, _, name = label.partition(".")
            model = apps.get_model(label) if apps.is_installed(app) else None
            if model is None or not self.is_registered(model):
                continue
            if self.get_model_admin(model).has_view_permission(request):
                url = reverse(f"{self.name}:{app}_{name.lower()}_changelist")
                words = capfirst(str(model._meta.verbose_name_plural))
                rooms.append(Room(words, url, request.path.startswith(url)))
        return rooms

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the portal's own sign-in page and back. Who is signed in already may not come in here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("Only librarians and administrators work here.")
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            wanted = reverse("admin:index")
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted)
        return redirect_to_login(wanted, reverse("account_login"))

    def logout(  # type: ignore[override]  # Django's answers with a page of its own, ours leads on
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign out, on a press of the button only, and go to the portal's first page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        logout(request)
        return HttpResponseRedirect(reverse("home"))

    def password_change(  # type: ignore[override]  # as above
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Passwords are changed on the portal's own page."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits, what is due for review, how imports get on, and what the collection holds."""
        dashboard = dashboard_for(request.user, site=self)  # type: ignore[arg-type]  # admin_view lets librarians in only
        return super().index(request, {"dashboard": dashboard, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the rooms in the order of the work."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: ROOMS.index(app["app_label"]) if app["app_label"] in ROOMS else len(ROOMS))
