"""What is sold and to whom: products, prices, coupons, tax rates, customers and their cards."""

from typing import Any

from tests.stripe_sandbox.tour.guide import Guide


def sell(guide: Guide) -> None:
    sdk = guide.sdk
    account = sdk.accounts.retrieve_current()
    assert sdk.accounts.retrieve(account.id).id == account.id
    assert account.id not in {connected.id for connected in sdk.accounts.list().data}
    _products(sdk)
    _discounts(sdk)
    rate = sdk.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False})
    assert sdk.tax_rates.update(rate.id, {"description": "Standard"}).description == "Standard"
    assert [each.id for each in sdk.tax_rates.list().data] == [sdk.tax_rates.retrieve(rate.id).id]
    buy(guide)


def _products(sdk: Any) -> None:
    product = sdk.products.create({"name": "Seat", "description": "One person"})
    assert sdk.products.update(product.id, {"name": "Place"}).name == "Place"
    assert sdk.products.retrieve(product.id).name == "Place"
    assert sdk.products.features.list(product.id).data == []
    assert sdk.products.search({"query": "name:'Place'"}).data[0].id == product.id
    price = sdk.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 900,
            "lookup_key": "place",
            "recurring": {"interval": "year"},
            "currency_options": {"eur": {"unit_amount": 800}},
        }
    )
    tiers = [{"up_to": 5, "unit_amount": 100}, {"up_to": "inf", "unit_amount": 80}]
    sdk.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": tiers,
            "recurring": {"interval": "month"},
        }
    )
    assert sdk.prices.update(price.id, {"nickname": "Yearly"}).nickname == "Yearly"
    assert sdk.prices.list({"lookup_keys": ["place"]}).data[0].id == sdk.prices.retrieve(price.id).id
    assert sdk.prices.search({"query": "lookup_key:'place'"}).data[0].id == price.id
    plan = sdk.plans.create({"product": product.id, "currency": "usd", "amount": 700, "interval": "month"})
    assert sdk.plans.update(plan.id, {"nickname": "Old"}).nickname == "Old"
    assert sdk.plans.list().data[0].id == sdk.plans.retrieve(plan.id).id
    assert sdk.plans.delete(plan.id).deleted
    lonely = sdk.products.create({"name": "Nobody's"})
    assert sdk.products.delete(lonely.id).deleted
    assert lonely.id not in {each.id for each in sdk.products.list().data}


def _discounts(sdk: Any) -> None:
    coupon = sdk.coupons.create({"percent_off": 25, "duration": "forever", "name": "Spring"})
    assert sdk.coupons.update(coupon.id, {"name": "Summer"}).name == "Summer"
    assert sdk.coupons.list().data[0].id == sdk.coupons.retrieve(coupon.id).id
    promotion = {"type": "coupon", "coupon": coupon.id}
    code = sdk.promotion_codes.create({"promotion": promotion, "code": "SUMMER"})
    assert sdk.promotion_codes.update(code.id, {"metadata": {"a": "b"}}).metadata["a"] == "b"
    assert sdk.promotion_codes.list({"code": "SUMMER"}).data[0].id == sdk.promotion_codes.retrieve(code.id).id
    gone = sdk.coupons.create({"amount_off": 100, "currency": "usd"})
    assert sdk.coupons.delete(gone.id).deleted


def buy(guide: Guide) -> None:
    """Customers with cards, a balance, and one who leaves."""
    sdk = guide.sdk
    customer = guide.customer()
    assert sdk.customers.retrieve(customer.id, {"expand": ["sources", "default_source"]}).sources.data == []
    assert sdk.customers.search({"query": "email:'alice@example.org'"}).data[0].id == customer.id
    second = sdk.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    assert len(sdk.customers.payment_methods.list(customer.id).data) == 2
    assert sdk.customers.payment_methods.retrieve(customer.id, second.id).id == second.id
    assert sdk.payment_methods.list({"customer": customer.id, "type": "card"}).data[0].id == second.id
    sdk.payment_methods.update(second.id, {"billing_details": {"name": "Alice N."}})
    assert sdk.payment_methods.retrieve(second.id).billing_details.name == "Alice N."
    assert sdk.payment_methods.detach(second.id).customer is None
    alone = sdk.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    sdk.payment_methods.attach(alone.id, {"customer": customer.id})
    entry = sdk.customers.balance_transactions.create(customer.id, {"amount": -500, "currency": "usd"})
    sdk.customers.balance_transactions.update(customer.id, entry.id, {"description": "Goodwill"})
    found = sdk.customers.balance_transactions.retrieve(customer.id, entry.id)
    assert (found.description, len(sdk.customers.balance_transactions.list(customer.id).data)) == ("Goodwill", 1)
    _tax_ids(sdk, customer)
    assert sdk.customers.cash_balance.retrieve(customer.id).object == "cash_balance"
    settings = {"reconciliation_mode": "manual"}
    assert (
        sdk.customers.cash_balance.update(customer.id, {"settings": settings}).settings.reconciliation_mode
        == "manual"
    )
    assert sdk.customers.cash_balance_transactions.list(customer.id).data == []
    shown = {"pricing_table": {"enabled": True}}
    assert sdk.customer_sessions.create({"customer": customer.id, "components": shown}).customer == customer.id
    leaver = guide.customer(None)
    assert sdk.customers.delete(leaver.id).deleted
    assert customer.id in {each.id for each in sdk.customers.list().data}


def _tax_ids(sdk: Any, customer: Any) -> None:
    """Ids of the customer and of the account; one of each is kept."""
    vat = {"type": "eu_vat", "value": "BE0123456789"}
    kept, gone = (sdk.customers.tax_ids.create(customer.id, vat) for _ in range(2))
    assert sdk.customers.tax_ids.delete(customer.id, gone.id).deleted
    assert sdk.customers.tax_ids.list(customer.id).data[0].id == kept.id
    assert sdk.customers.tax_ids.retrieve(customer.id, kept.id).value == "BE0123456789"
    own, sold = (sdk.tax_ids.create(vat) for _ in range(2))
    assert sdk.tax_ids.delete(sold.id).deleted
    assert sdk.tax_ids.list().data[0].id == sdk.tax_ids.retrieve(own.id).id
