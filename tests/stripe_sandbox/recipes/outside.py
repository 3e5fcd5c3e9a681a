"""The recipes that the sandbox does not run, each with the reason."""

BANK_TRANSFERS = "bank transfers and cash balances are not built"
LOCAL_METHODS = "payment methods that are no cards do not pay here"
SOURCES = "cards as legacy sources are not built: a card is a payment method"
CONNECT = "Connect is not built"
IDENTITY = "identity checks are another product"
ISSUING = "issuing cards is another product"
PAYOUTS = "payouts to the merchant's bank are not built"
REPORTING = "reporting is another product"
LINKS = "payment links are not built"
QUOTES = "quotes are not built"
METERS = "meter events over the v2 API and its events without content are not built"
AVAILABLE = "the balance does not announce what becomes available"

OUTSIDE: dict[str, str] = {
    "account.application.deauthorized": CONNECT,
    "account.updated": CONNECT,
    "balance.available": AVAILABLE,
    "cash_balance.funds_available": BANK_TRANSFERS,
    "checkout.session.async_payment_failed": LOCAL_METHODS,
    "checkout.session.async_payment_succeeded": LOCAL_METHODS,
    "customer.source.created": SOURCES,
    "customer.source.updated": SOURCES,
    "customer_cash_balance_transaction.created": BANK_TRANSFERS,
    "identity.verification_session.canceled": IDENTITY,
    "identity.verification_session.created": IDENTITY,
    "identity.verification_session.redacted": IDENTITY,
    "issuing_authorization.request": ISSUING,
    "issuing_authorization.request.eu": ISSUING,
    "issuing_authorization.request.gb": ISSUING,
    "issuing_card.created": ISSUING,
    "issuing_card.created.eu": ISSUING,
    "issuing_card.created.gb": ISSUING,
    "issuing_cardholder.created": ISSUING,
    "issuing_cardholder.created.eu": ISSUING,
    "issuing_cardholder.created.gb": ISSUING,
    "issuing_transaction.created": ISSUING,
    "issuing_transaction.purchase_details_receipt_updated": ISSUING,
    "issuing_transaction.updated": ISSUING,
    "payment_intent.partially_funded": BANK_TRANSFERS,
    "payment_intent.processing": LOCAL_METHODS,
    "payment_link.created": LINKS,
    "payment_link.updated": LINKS,
    "payout.created": PAYOUTS,
    "payout.updated": PAYOUTS,
    "quote.accepted": QUOTES,
    "quote.canceled": QUOTES,
    "quote.created": QUOTES,
    "quote.finalized": QUOTES,
    "reporting.report_run.succeeded": REPORTING,
    "transfer.created": CONNECT,
    "transfer.reversed": CONNECT,
    "transfer.updated": CONNECT,
    "v1.billing.meter.error_report_triggered": METERS,
    "v1.billing.meter.no_meter_found": METERS,
}
