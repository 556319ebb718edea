"""Rows for tests, made the way the portal makes them."""

import datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Organisation, OrganisationDomain, Role, User
from catalogue.choices import Status
from catalogue.search import index
from evidence.models import Appraisal, Evidence
from evidence.services import refresh_band
from taxonomy.models import Topic
from taxonomy.services import rebuild_closure, set_broader


class OrganisationFactory(DjangoModelFactory):
    """An organisation; `domain="x.example"` gives it an e-mail domain."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Organisation {n}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    kind = Organisation.Kind.NHS_TRUST

    @factory.post_generation
    def domain(self, create: bool, extracted: str | None, **kwargs: Any) -> None:
        """Add the domain."""
        if extracted:
            OrganisationDomain.objects.create(organisation=self, domain=extracted)


class UserFactory(DjangoModelFactory):
    """A reader with the password "correct horse battery"; `staff=True` makes signed-in staff."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(
            organisation=factory.SubFactory(OrganisationFactory), staff_since=factory.LazyFunction(timezone.now)
        )
        champion = factory.Trait(role=Role.CHAMPION, staff_since=factory.LazyFunction(timezone.now))
        librarian = factory.Trait(role=Role.LIBRARIAN, staff_since=factory.LazyFunction(timezone.now))
        administrator = factory.Trait(role=Role.ADMINISTRATOR, staff_since=factory.LazyFunction(timezone.now))

    email = factory.Sequence(lambda n: f"person{n}@mail.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("correct horse battery")


class TopicFactory(DjangoModelFactory):
    """A topic in use; `broader=[…]` sets its broader topics."""

    class Meta:
        model = Topic
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")

    @factory.post_generation
    def broader(self, create: bool, extracted: list[Topic] | None, **kwargs: Any) -> None:
        """Set the broader topics, or add the topic to the closure by itself."""
        if extracted:
            set_broader(topic=self, broader=extracted)  # type: ignore[arg-type]
        else:
            rebuild_closure()


class EvidenceFactory(DjangoModelFactory):
    """A published, public cohort study, found by search; `topics=[…]` sets its topics."""

    class Meta:
        model = Evidence
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Evidence {n}")
    form = "cohort"
    summary = "What the source found."
    publication_status = "peer_reviewed"
    status = Status.PUBLISHED
    year = 2025
    published_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(days=1))

    @factory.post_generation
    def topics(self, create: bool, extracted: list[Topic] | None, **kwargs: Any) -> None:
        """Set the topics and bring the index in step."""
        if extracted:
            self.topics.set(extracted)  # type: ignore[attr-defined]
        index(self)  # type: ignore[arg-type]


class AppraisalFactory(DjangoModelFactory):
    """A GRADE appraisal of moderate certainty that decides its record's band."""

    class Meta:
        model = Appraisal
        skip_postgeneration_save = True

    evidence = factory.SubFactory(EvidenceFactory)
    tool = "grade"
    result = "moderate"
    band = "moderate"
    appraiser = "Priya Raman"
    appraised_on = factory.LazyFunction(timezone.localdate)

    @factory.post_generation
    def decide(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Let the record's band follow."""
        refresh_band(evidence=self.evidence)  # type: ignore[arg-type]
