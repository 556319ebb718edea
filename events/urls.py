"""The addresses of events."""

from django.urls import path

from events.views import booking, calendars, campaigns, coffee, reading, voices

app_name = "events"
urlpatterns = [
    path("", reading.home, name="home"),
    path("cards/", reading.cards, name="cards"),
    path("mine/", booking.mine, name="mine"),
    path("mine/calendar/", calendars.feed_address, name="feed-address"),
    path("calendar/<str:secret>.ics", calendars.feed, name="feed"),
    path("campaigns/", campaigns.archive, name="campaigns"),
    path("campaigns/<slug:slug>/", campaigns.campaign, name="campaign"),
    path("campaigns/<slug:slug>/calendar.ics", calendars.campaign_calendar, name="campaign-calendar"),
    path("campaigns/<slug:slug>/downloads/<int:pk>/", campaigns.download, name="pack"),
    path("campaigns/<slug:slug>/code.svg", campaigns.code, name="code"),
    path("campaigns/<slug:slug>/poster.pdf", campaigns.poster, name="poster"),
    path("campaigns/<slug:slug>/pledges/", voices.pledges, name="pledges"),
    path("campaigns/<slug:slug>/stories/", voices.stories, name="stories"),
    path("campaigns/<slug:slug>/stories/<int:pk>/picture/", voices.picture, name="picture"),
    path("pledges/<str:token>/", voices.progress, name="pledge-progress"),
    path("propose/", voices.propose, name="propose"),
    path("propose/sent/", voices.proposed, name="proposed"),
    path("bookings/<str:token>/", booking.booking, name="booking"),
    path("bookings/<str:token>/calendar.ics", calendars.booking_calendar, name="booking-calendar"),
    path("<int:pk>/", reading.detail, name="short"),
    path("<int:pk>/book/", booking.book, name="book"),
    path("<int:pk>/asked/", booking.asked, name="asked"),
    path("<int:pk>/booking/", booking.change, name="change"),
    path("<int:pk>/materials/<int:material_pk>/", reading.material, name="material"),
    path("<int:pk>/coffee/", coffee.sign_up, name="coffee"),
    path("<int:pk>/coffee/answer/", coffee.answer, name="coffee-answer"),
    path("<int:pk>/<slug:slug>/", reading.detail, name="detail"),
    path("<int:pk>/<slug:slug>/calendar.ics", calendars.event_calendar, name="calendar"),
]
