"""The addresses of the Learning Zone."""

from django.urls import path, re_path

from learning_zone.views import reading, recording

app_name = "learning_zone"
urlpatterns = [
    path("", reading.home, name="home"),
    path("find/", reading.find, name="find"),
    path("15-minutes/", reading.quick, name="quick"),
    path("paths/", reading.paths, name="paths"),
    path("paths/<slug:slug>/", reading.path, name="path"),
    path("for-library-staff/", reading.library_shelf, name="shelf"),
    path("mine/", recording.mine, name="mine"),
    path("mine/add/", recording.add, name="add"),
    path("mine/record/", recording.log_page, name="log"),
    re_path(r"^mine/record\.(?P<ending>csv|json|pdf)$", recording.log_file, name="log-file"),
    path("mine/<int:pk>/", recording.edit, name="edit"),
    path("mine/<int:pk>/recorded/", recording.recorded, name="recorded"),
    path("mine/<int:pk>/remove/", recording.remove, name="remove"),
    path("<int:pk>/", reading.detail, name="short"),
    path("resources/<int:pk>/keep/", recording.keep, name="keep"),
    path("resources/<int:pk>/steps/", recording.steps, name="steps"),
    path("resources/<int:pk>/done/", recording.done, name="done"),
    path("<int:pk>/<slug:slug>/", reading.detail, name="detail"),
    path("<int:pk>/<slug:slug>/recording", reading.video, name="video"),
    path("<int:pk>/<slug:slug>/captions.vtt", reading.captions, name="captions"),
    path("<int:pk>/<slug:slug>/dates/<int:run_pk>.ics", reading.run_calendar, name="run-calendar"),
]
