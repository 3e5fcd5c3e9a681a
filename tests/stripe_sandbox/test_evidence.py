"""Evidence of disputes: its fields, limits and files; early fraud warnings."""

import io
from typing import Any

import pytest
import stripe

from stripe_sandbox.engine.evidence import FILE_FIELDS, LONG_TEXTS
from tests.stripe_sandbox.driver import KEY, Driver
from tests.stripe_sandbox.money import pay

PDF = b"%PDF-1.4 a receipt"
SHORT_TEXTS = {
    "billing_address",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_id",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
}


def upload(driver: Driver, content: bytes = PDF, **params: Any) -> Any:
    client = stripe.StripeClient(KEY, base_addresses={"api": driver.url, "files": driver.url}, max_network_retries=0)
    sent = io.BytesIO(content)
    sent.name = "receipt.pdf"
    values = {"purpose": "dispute_evidence", "file": sent, **params}
    return client.v1.files.create(values, {"stripe_version": "2026-05-27.dahlia"})


def dispute(driver: Driver) -> Any:
    charge = pay(driver)
    return driver.control("POST", "disputes", {"charge": charge.id}).body["id"]


def test_all_27_fields_are_kept(driver: Driver) -> None:
    file_id = upload(driver).id
    evidence = dict.fromkeys(FILE_FIELDS, file_id) | dict.fromkeys(sorted(LONG_TEXTS)[:7], "x" * 20000)
    evidence |= dict.fromkeys({*SHORT_TEXTS, sorted(LONG_TEXTS)[7]}, "short")

    kept = driver.sdk().disputes.update(dispute(driver), {"evidence": evidence, "submit": False}).evidence

    assert len(evidence) == 27
    assert {name: kept[name] for name in evidence} == evidence


def test_text_that_is_too_long_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().disputes.update(dispute(driver), {"evidence": {"access_activity_log": "x" * 20_001}})

    assert caught.value.param == "evidence[access_activity_log]"


def test_all_texts_together_have_a_limit(driver: Driver) -> None:
    evidence = dict.fromkeys(LONG_TEXTS, "x" * 20000) | {"customer_name": "x"}

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().disputes.update(dispute(driver), {"evidence": evidence})

    assert caught.value.param == "evidence"


def test_file_field_takes_an_evidence_file_only(driver: Driver) -> None:
    dispute_id = dispute(driver)
    logo = upload(driver, purpose="business_logo").id

    for value in ("file_none", logo):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            driver.sdk().disputes.update(dispute_id, {"evidence": {"receipt": value}})
        assert caught.value.param == "evidence[receipt]"


def test_unknown_field_is_refused(driver: Driver) -> None:
    reply = driver.call("POST", f"/v1/disputes/{dispute(driver)}", {"evidence[colour]": "red"})

    assert (reply.status, reply.body["error"]["code"]) == (400, "parameter_unknown")


def test_uploaded_file_can_be_read_again_with_the_key(driver: Driver) -> None:
    made = upload(driver)

    found = driver.sdk().files.retrieve(made.id)

    assert (found.filename, found.size, found.type, found.purpose) == (
        "receipt.pdf",
        len(PDF),
        "pdf",
        "dispute_evidence",
    )
    assert driver.download(found.url, key=KEY) == (200, PDF)
    assert driver.download(found.url)[0] == 401


def test_evidence_is_a_document_or_an_image(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        upload(driver, b"just text")

    assert caught.value.param == "file"


def test_upload_without_a_file_is_refused(driver: Driver) -> None:
    reply = driver.call("POST", "/v1/files", {"purpose": "dispute_evidence"})

    assert (reply.status, reply.body["error"]["param"]) == (400, "file")


def test_link_shows_the_file_to_anybody_until_it_expires(driver: Driver) -> None:
    made = upload(driver, file_link_data={"create": True})
    link = made.links.data[0]

    open_answer = driver.download(link.url)
    driver.sdk().file_links.update(link.id, {"expires_at": "now"})

    assert open_answer == (200, PDF)
    assert driver.download(link.url)[0] == 410
    assert driver.sdk().file_links.retrieve(link.id).expired is True


def test_early_fraud_warning_can_be_acted_on_until_the_refund(driver: Driver) -> None:
    charge = pay(driver, card="pm_card_createIssuerFraudRecord")
    (warning,) = driver.sdk().radar.early_fraud_warnings.list({"charge": charge.id}).data

    driver.sdk().refunds.create({"charge": charge.id})

    after = driver.sdk().radar.early_fraud_warnings.retrieve(warning.id)
    assert (warning.actionable, warning.fraud_type) == (True, "made_with_stolen_card")
    assert after.actionable is False
    assert [event.type for event in driver.events("radar.early_fraud_warning.updated")] != []
