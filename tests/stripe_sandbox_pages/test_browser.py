"""The main flows in a real browser: each fails on a console error, a blocked form or a request to a stranger."""

import re

from playwright.sync_api import Page, expect

AUTHENTICATE = "4000 0027 6000 3184"


def fill_card(page: Page, *, number: str = "4242 4242 4242 4242") -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Valid to").fill("12 / 30")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Alice Nguyen")
    page.get_by_label("Country").select_option("FR")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def forget_refusal(faults: list[str], *, status: int) -> None:
    """Take out the one line that Chromium logs for a page answered with an expected error status."""
    [line] = [fault for fault in faults if f"status of {status}" in fault]
    faults.remove(line)


def test_a_visitor_pays_and_arrives_in_the_shop(shop, page):
    session = shop.checkout()

    page.goto(session["url"])
    fill_card(page)
    press(page, "Pay €16.00")

    expect(page.get_by_role("heading", name="The shop")).to_be_visible()
    assert page.url == f"{shop.home}/done?session={session['id']}"
    assert [s["status"] for s in shop.subscriptions(session["customer"])] == ["active"]


def test_a_visitor_uses_a_listed_number_with_two_clicks(shop, page):
    session = shop.checkout(trial_days=14)

    page.goto(session["url"])
    page.get_by_role("link", name="Fill in 4242 4242 4242 4242").click()
    press(page, "Start free trial")

    expect(page.get_by_role("heading", name="The shop")).to_be_visible()
    assert [s["status"] for s in shop.subscriptions(session["customer"])] == ["trialing"]


def test_a_visitor_is_declined_and_pays_with_another_card(shop, page, browser_faults):
    session = shop.checkout()

    page.goto(session["url"])
    fill_card(page, number="4000 0000 0000 9995")
    press(page, "Pay €16.00")
    expect(page.get_by_role("alert")).to_contain_text("There is not enough money on this card.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Card number")).to_have_value("")
    expect(page.get_by_label("Name on card")).to_have_value("Alice Nguyen")
    forget_refusal(browser_faults, status=402)
    fill_card(page)
    press(page, "Pay €16.00")

    expect(page.get_by_role("heading", name="The shop")).to_be_visible()


def test_a_visitor_confirms_with_the_bank(shop, page):
    session = shop.checkout()

    page.goto(session["url"])
    fill_card(page, number=AUTHENTICATE)
    press(page, "Pay €16.00")
    expect(page.get_by_role("heading", name="Confirm with your bank")).to_be_visible()
    press(page, "Complete")

    expect(page.get_by_role("heading", name="The shop")).to_be_visible()
    assert [s["status"] for s in shop.subscriptions(session["customer"])] == ["active"]


def test_a_visitor_goes_back_without_paying(shop, page):
    session = shop.checkout()

    page.goto(session["url"])
    page.get_by_role("link", name="Go back without paying").click()

    expect(page).to_have_url(f"{shop.home}/prices")
    assert shop.subscriptions(session["customer"]) == []


def test_a_customer_cancels_thinks_again_and_changes_the_card(shop, page):
    subscription = shop.subscriber()

    page.goto(shop.portal(subscription["customer"]))
    page.get_by_role("link", name="Cancel Growth").click()
    page.get_by_label("It costs too much").check()
    page.get_by_role("button", name=re.compile("Cancel on")).click()
    expect(page.get_by_role("status")).to_contain_text("The cancellation is noted.")
    press(page, "Don't cancel")
    expect(page.get_by_role("status")).to_contain_text("All goes on as before.")
    page.get_by_role("link", name="Add a card").click()
    fill_card(page, number="5555 5555 5555 4444")
    press(page, "Save card")

    expect(page.get_by_role("row", name=re.compile("Mastercard 4444"))).to_contain_text("Default")
    page.get_by_role("link", name=re.compile("Back to")).click()
    expect(page).to_have_url(f"{shop.home}/billing")


def test_a_new_card_is_confirmed_with_the_bank_and_leads_to_the_shop_when_told_so(shop, page):
    after = {"type": "redirect", "redirect": {"return_url": f"{shop.home}/thanks"}}
    flow = {"type": "payment_method_update", "after_completion": after}
    portal = shop.portal(shop.subscriber()["customer"], flow_data=flow)

    page.goto(portal)
    fill_card(page, number=AUTHENTICATE)
    press(page, "Save card")
    press(page, "Complete")

    expect(page).to_have_url(f"{shop.home}/thanks")


def test_a_customer_pays_an_open_invoice(shop, page):
    subscription = shop.subscriber(card="pm_card_chargeCustomerFail")
    invoice = shop.call("GET", f"invoices/{subscription['latest_invoice']}")

    page.goto(invoice["hosted_invoice_url"])
    fill_card(page)
    press(page, "Pay €16.00")

    expect(page.get_by_role("heading", name=f"Receipt for invoice {invoice['number']}")).to_be_visible()


def test_no_page_scrolls_sideways_on_the_smallest_screen(sandbox, shop, page):
    subscription = shop.subscriber()
    customer = subscription["customer"]
    invoice = shop.call("GET", f"invoices/{subscription['latest_invoice']}")
    addresses = [
        shop.checkout(trial_days=14)["url"],
        shop.portal(customer),
        invoice["hosted_invoice_url"],
        f"{sandbox.url}/_sandbox/",
        *(f"{sandbox.url}/_sandbox/console/{name}" for name in ("customers", "invoices", "events", "faults")),
    ]
    page.set_viewport_size({"width": 320, "height": 800})

    overflow = {}
    for address in addresses:
        page.goto(address)
        overflow[address] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert {address: pixels for address, pixels in overflow.items() if pixels > 0} == {}
