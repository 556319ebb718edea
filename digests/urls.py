"""The addresses of following, of the updates and of feeds. Feeds stand at the address of what they are of, with .atom."""

from django.urls import path

from digests.views import following, machines, managing, reading

app_name = "digests"
urlpatterns = [
    path("search.atom", reading.search_feed, name="search-feed"),
    path("topics/<slug:slug>.atom", reading.topic_feed, name="topic-feed"),
    path("updates/", managing.mine, name="mine"),
    path("updates/follow/", following.follow, name="follow"),
    path("updates/asked/", following.asked, name="asked"),
    path("updates/confirm/<str:token>/", following.confirm, name="confirm"),
    path("updates/manage/<str:token>/", managing.manage, name="manage"),
    path("updates/stop/<str:token>/", managing.stop, name="stop"),
    path("updates/view/<str:token>/", reading.view, name="view"),
    path("updates/metrics", machines.metrics, name="metrics"),
    path("health/updates", machines.health, name="health"),
]
