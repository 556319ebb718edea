"""The addresses of the catalogue. The names carry no namespace: models of lower rooms lead to them."""

from django.urls import path

from catalogue import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/filters/", views.search_filters, name="search-filters"),
    path("search/results.ris", views.search_ris, name="search-ris"),
    path("search/suggestions/", views.suggestions, name="suggestions"),
    path("map/", views.evidence_map, name="map"),
    path("topics/", views.topics, name="topics"),
    path("topics/suggest/", views.suggest_topic, name="suggest-topic"),
    path("topics/vocabulary.ttl", views.vocabulary, {"form": "turtle"}, name="vocabulary-turtle"),
    path("topics/vocabulary.json", views.vocabulary, {"form": "json-ld"}, name="vocabulary-json"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/topic.ttl", views.topic_as_turtle, name="topic-data-turtle"),
    path("topics/<slug:slug>/topic.json", views.topic_as_json, name="topic-data-json"),
    path("topics/<slug:slug>/ward/", views.ward_sheet, name="topic-ward"),
]
