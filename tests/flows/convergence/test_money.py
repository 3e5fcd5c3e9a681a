"""Stories of payments end alike in whatever order their events come."""

from operator import attrgetter

import pytest

from tests.flows.convergence.amount import is_full
from tests.flows.convergence.playing import Scenario
from tests.flows.convergence.scenarios_of_money import MORE, SCENARIOS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scenario", [*SCENARIOS, *(MORE if is_full() else ())], ids=attrgetter("__name__"))
def test_every_order_of_its_events_ends_in_one_outcome(converge, scenario: Scenario) -> None:
    converge(scenario)
