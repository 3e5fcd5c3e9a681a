"""Usage that is counted: a meter, its events, what they come to."""

from tests.stripe_sandbox.tour.guide import Guide


def meter(guide: Guide) -> None:
    meters = guide.sdk.billing.meters
    made = meters.create({"display_name": "Calls", "event_name": "calls", "default_aggregation": {"formula": "sum"}})
    assert meters.update(made.id, {"display_name": "API calls"}).display_name == "API calls"
    assert meters.deactivate(made.id).status == "inactive"
    assert meters.reactivate(made.id).status == "active"
    assert [each.id for each in meters.list().data] == [meters.retrieve(made.id).id]
    customer = guide.customer()
    for identifier, value in (("first", "7"), ("second", "5")):
        payload = {"stripe_customer_id": customer.id, "value": value}
        guide.sdk.billing.meter_events.create({"event_name": "calls", "payload": payload, "identifier": identifier})
    cancel = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "second"}}
    guide.sdk.billing.meter_event_adjustments.create(cancel)
    now = int(guide.sdk.customers.retrieve(customer.id).created)
    span = {"customer": customer.id, "start_time": now // 60 * 60 - 60, "end_time": now // 60 * 60 + 600}
    assert meters.event_summaries.list(made.id, span).data[0].aggregated_value == 7
