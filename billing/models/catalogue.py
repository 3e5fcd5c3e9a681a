"""What is sold: plans with features and limits, and their prices at Stripe. Old prices stay for old subscribers."""

from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.rules.catalogue import FeatureKind, SeatTerms
from billing.terms import Interval


class Feature(models.Model):
    """Something that a plan switches on (a flag) or counts (a limit).

    `counted` and `unlimited` are what the pricing page says of a limit; `counted` holds `{limit}`. An archived
    feature is offered no more; plans that are archived may still give it.
    """

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=5, choices=choices_of(FeatureKind))
    counted = models.CharField(max_length=80, blank=True)
    unlimited = models.CharField(max_length=80, blank=True)
    rank = models.PositiveIntegerField(default=0)
    is_archived = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """One column of the pricing page. `rank` orders plans from low to high.

    Where the numbers of seats are set, its prices are for one seat; else for the whole organization.
    """

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=200, blank=True)
    rank = models.PositiveIntegerField()
    trial_days = models.PositiveIntegerField(default=0)
    minimum_seats = models.PositiveIntegerField(null=True, blank=True)
    maximum_seats = models.PositiveIntegerField(null=True, blank=True)
    is_free = models.BooleanField(default=False)
    is_recommended = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    features: "models.ManyToManyField[Feature, PlanFeature]" = models.ManyToManyField(Feature, through="PlanFeature")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_free"], condition=models.Q(is_free=True, is_archived=False), name="one_free_plan"
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_seats=None, maximum_seats=None)
                | models.Q(minimum_seats__gte=1, maximum_seats__gte=models.F("minimum_seats")),
                name="plan_seats_are_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def seat_terms(self) -> SeatTerms | None:
        if self.minimum_seats is None or self.maximum_seats is None:
            return None
        return SeatTerms(minimum=self.minimum_seats, maximum=self.maximum_seats)


class PlanFeature(models.Model):
    """A feature of a plan: a flag that is on, a number, or unlimited. An absent row means off, or none.

    Where it is per seat, the number is for each seat that is bought.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="grants")
    feature = models.ForeignKey(Feature, on_delete=models.PROTECT, related_name="+")
    limit = models.PositiveBigIntegerField(null=True, blank=True)
    is_unlimited = models.BooleanField(default=False)
    is_per_seat = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "feature"], name="one_grant_per_plan_and_feature"),
            models.CheckConstraint(
                condition=models.Q(is_unlimited=False) | models.Q(limit=None), name="unlimited_has_no_number"
            ),
            models.CheckConstraint(
                condition=models.Q(is_per_seat=False) | models.Q(limit__isnull=False), name="per_seat_has_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.feature}"


class Price(models.Model):
    """A price at Stripe, found by its lookup key. An amount never changes: a new amount is a new row.

    `currency_rank` orders the currencies as the catalogue names them; the lowest is shown first.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prices")
    stripe_price_id = models.CharField(max_length=255, unique=True)
    livemode = models.BooleanField()
    lookup_key = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    currency_rank = models.PositiveIntegerField(default=0)
    interval = models.CharField(max_length=5, choices=choices_of(Interval))
    amount_minor = models.BigIntegerField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["livemode", "lookup_key"],
                condition=models.Q(is_active=True),
                name="one_active_price_per_lookup_key",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="price_amount_is_positive"),
        ]

    def __str__(self) -> str:
        return self.lookup_key
