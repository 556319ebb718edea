"""The addresses of know-how."""

from django.urls import path

from knowledge.views import contributing, following, people, reading, techniques, writing

app_name = "knowledge"
urlpatterns = [
    path("", reading.home, name="home"),
    path("share/", contributing.share, name="share"),
    path("tell/", contributing.tell_it, name="tell"),
    path("session/", contributing.session, name="session"),
    path("card/", contributing.card, name="card"),
    path("question/", contributing.ask_colleagues, name="ask-colleagues"),
    path("write-for/", contributing.write_for, name="write-for"),
    path("mine/", contributing.mine, name="mine"),
    path("agree/<str:token>/", following.agree, name="agree"),
    path("techniques/", techniques.techniques, name="techniques"),
    path("techniques/<slug:key>/", techniques.technique, name="technique"),
    path("techniques/<slug:key>/sheet/", techniques.sheet, name="sheet"),
    path("champions/", people.champions, name="champions"),
    path("champions/ask/", people.ask, name="ask"),
    path("champions/profile/", people.profile, name="profile"),
    path("champions/<int:pk>/", people.champion, name="champion"),
    path("champions/<int:pk>/contact/", people.contact, name="champion-contact"),
    path("communities/", people.communities, name="communities"),
    path("contributions/<int:pk>/thanks/", contributing.thanks, name="thanks"),
    path("contributions/<int:pk>/write/", writing.write, name="write"),
    path("contributions/<int:pk>/write/files/", writing.files, name="files"),
    path("contributions/<int:pk>/write/links/", writing.links, name="links"),
    path("contributions/<int:pk>/write/check/", writing.check, name="check"),
    path("contributions/<int:pk>/write/<slug:name>/", writing.write_part, name="part"),
    path("contributions/<int:pk>/take-back/", writing.take_back, name="take-back"),
    path("contributions/<int:pk>/status/", following.status, name="status"),
    path("contributions/<int:pk>/experience/", reading.share_experience, name="experience"),
    path("contributions/<int:pk>/answer/", reading.answer, name="answer"),
    path("contributions/<int:pk>/answers/<int:answer_pk>/helpful/", reading.helpful, name="helpful"),
    path("contributions/<int:pk>/report/", reading.report, name="report"),
    path("contributions/<int:pk>/contact/", reading.contact, name="contact"),
    path("contributions/<int:pk>/files/<int:file_pk>/", reading.attachment, name="attachment"),
    path("<int:pk>/", reading.detail, name="short"),
    path("<int:pk>/<slug:slug>/", reading.detail, name="detail"),
]
