"""Which tests rest on something that neither a recording nor a page of Stripe says, by the module that assumes it.

They carry the marker `unverified_against_stripe`. docs/sandbox.md says what is assumed; a real test account can tell.
"""

UNVERIFIED: dict[str, tuple[str, ...]] = {
    "engine/authentication.py": (
        "test_subscription_start.py::test_card_that_needs_its_owner_leaves_it_incomplete",
        "test_checkout.py::test_failed_three_d_secure_leads_back_to_the_page",
    ),
    "engine/automatic_collection.py": (
        "test_own_retries.py::test_false_on_an_open_renewal_stops_retries_and_what_follows_them",
        "test_own_retries.py::test_true_takes_the_schedule_up_again",
    ),
    "engine/card_updates.py": ("test_card_updates.py::test_a_replaced_card_keeps_its_id_and_has_another_number",),
    "engine/card_checks.py": ("test_card_remarks.py::test_bank_checks_what_was_given",),
    "engine/cards.py": (
        "test_cards.py::test_token_is_the_card_that_it_names",
        "test_cards.py::test_listed_number_is_accepted_and_not_kept",
        "test_disputes.py::test_other_card_disputes_for_another_reason",
        "test_ledger.py::test_one_card_makes_its_funds_available_at_once",
    ),
    "engine/charging.py": (
        "test_payments.py::test_card_that_needs_its_owner_fails_without_them",
        "test_payments.py::test_declined_charge_leaves_its_traces",
    ),
    "engine/checkout.py": ("test_checkout.py::test_trial_through_checkout_saves_the_card_and_takes_nothing",),
    "engine/checkout_totals.py": (
        "test_discounts.py::test_customers_discount_lowers_subscriptions_that_have_none",
        "test_checkout_discounts.py::test_discount_that_was_used_up_meanwhile_is_not_charged",
    ),
    "engine/collection.py": (
        "test_subscription_time.py::test_past_due_goes_on_billing_and_the_latest_invoice_decides",
        "test_subscription_time.py::test_renewal_that_needs_the_owner_asks_for_them",
    ),
    "engine/coupons.py": ("test_coupons.py::test_coupon_that_cannot_be_is_refused",),
    "engine/credit_note_lines.py": ("test_credit_note_sums.py::test_plain_amount_holds_its_share_of_each_tax",),
    "engine/declines.py": (
        "test_told_declines.py::test_a_reason_of_a_block_is_a_word_of_its_own",
        "test_told_declines.py::test_a_card_that_was_declined_too_often_has_a_code_of_its_own",
    ),
    "engine/discounts.py": (
        "test_discounts.py::test_once_lowers_one_invoice",
        "test_discounts.py::test_repeating_lowers_as_many_months_as_it_says",
    ),
    "engine/discount_switches.py": (
        "test_discount_switches.py::test_a_switch_of_a_subscriptions_coupon_is_one_update",
    ),
    "engine/disputes.py": (
        "test_disputes.py::test_winning_evidence_brings_money_and_fee_back",
        "test_disputes.py::test_answered_inquiry_waits_and_closes_after_120_days",
        "test_disputes.py::test_unanswered_dispute_is_lost_when_its_time_is_over",
        "test_disputes.py::test_prevented_dispute_ends_without_money",
    ),
    "engine/drafts.py": (
        "test_subscription_time.py::test_events_of_a_renewal_come_in_order",
        "test_discounted_changes.py::test_once_of_a_customer_waits_for_the_draft_that_is_kept",
    ),
    "engine/endings.py": (
        "test_pauses.py::test_end_at_a_date_credits_what_lies_beyond",
        "test_pauses.py::test_cancellation_may_credit_and_bill_at_once",
    ),
    "engine/evidence.py": (
        "test_disputes.py::test_losing_evidence_leaves_the_money_gone",
        "test_disputes.py::test_winning_evidence_brings_money_and_fee_back",
    ),
    "engine/first_periods.py": (
        "test_billing_anchors.py::test_time_before_the_anchor_costs_its_share_of_the_month_that_would_begin",
        "test_billing_anchors.py::test_start_in_the_past_is_billed_by_natural_periods",
        "test_billing_anchors.py::test_change_of_free_time_moves_no_money",
    ),
    "engine/invoice_calls.py": ("test_invoice_pay.py::test_a_switch_has_it_answer_with_the_open_invoice",),
    "engine/invoice_items.py": ("test_invoice_items.py::test_items_of_a_deleted_draft_wait_again",),
    "engine/invoices.py": ("test_small_invoices.py::test_payment_elsewhere_counts_as_paid_without_a_charge",),
    "engine/items.py": ("test_schedules.py::test_change_to_a_yearly_price_bills_a_whole_year",),
    "engine/ledger.py": ("test_ledger.py::test_balance_is_the_sum_of_what_happened",),
    "engine/local_methods.py": ("test_local_methods.py::test_a_bank_debit_shows_what_its_iban_says",),
    "engine/mailed_invoices.py": ("test_mailed_invoices.py::test_sending_a_draft_makes_it_final_and_due",),
    "engine/checkout_breakdowns.py": (
        "test_checkout_breakdowns.py::test_breakdown_names_the_discount_and_each_rate",
    ),
    "engine/outcomes.py": ("test_told_declines.py::test_a_payment_can_be_taken_back_after_the_bank_agreed",),
    "engine/payment_methods.py": (
        "test_invoice_pay.py::test_a_card_that_was_taken_away_is_named",
        "test_card_updates.py::test_somebody_elses_card_becomes_no_default",
    ),
    "engine/pauses.py": ("test_pauses.py::test_paused_collection_holds_renewals_back",),
    "engine/pending_updates.py": ("test_pending_updates.py::test_waiting_change_is_dropped_after_its_time",),
    "engine/price_amounts.py": ("test_tiered_prices.py::test_tiers_bill_as_documented",),
    "engine/promotion_codes.py": ("test_coupons.py::test_two_active_codes_cannot_have_one_text",),
    "engine/proration.py": (
        "test_plan_changes.py::test_share_of_a_period_is_rounded_alone",
        "test_plan_changes.py::test_more_seats_are_charged_for_the_rest_of_the_period",
    ),
    "engine/proration_discounts.py": (
        "test_discounted_changes.py::test_change_credits_what_was_paid_and_charges_what_the_discount_leaves",
        "test_discounted_changes.py::test_credit_knows_a_discount_that_is_used_up",
    ),
    "engine/refunds.py": (
        "test_refunds.py::test_full_refund_gives_the_amount_back_but_not_the_fee",
        "test_refunds.py::test_refund_that_fails_later_brings_the_money_back_to_us",
    ),
    "engine/renewal.py": ("test_subscription_time.py::test_renewal_is_a_draft_for_an_hour",),
    "engine/retries.py": ("test_own_retries.py::test_a_payment_that_waits_for_its_owner_keeps_its_schedule",),
    "engine/schedule_states.py": (
        "test_schedule_ends.py::test_end_of_the_last_phase_is_announced",
        "test_schedules.py::test_direct_change_is_written_into_the_current_phase",
        "test_schedule_terms.py::test_card_and_discount_of_a_direct_change_reach_the_current_phase_only",
    ),
    "engine/schedules.py": (
        "test_schedules.py::test_schedule_that_begins_now_makes_its_subscription",
        "test_schedules.py::test_phase_may_bring_a_coupon",
    ),
    "engine/subscriptions.py": (
        "test_subscription_start.py::test_error_if_incomplete_keeps_nothing",
        "test_subscription_changes.py::test_planned_end_can_be_taken_back",
        "test_subscription_changes.py::test_cancelled_subscription_takes_only_notes",
    ),
    "engine/subscription_timers.py": (
        "test_subscription_time.py::test_unpaid_start_expires_after_23_hours",
        "test_subscription_time.py::test_trial_without_card_ends_as_its_settings_say",
        "test_subscription_time.py::test_end_of_trial_is_announced",
    ),
    "engine/tax.py": ("test_taxes.py::test_automatic_tax_collects_nothing_without_registrations",),
    "engine/tax_places.py": (
        "test_tax_places.py::test_a_draft_without_a_place_cannot_be_final_and_says_so",
        "test_tax_places.py::test_a_renewal_goes_on_without_tax",
    ),
    "engine/test_clocks.py": (
        "test_test_clocks.py::test_deleting_the_clock_ends_what_lives_on_it",
        "test_test_clocks.py::test_a_clock_is_gone_after_thirty_days_of_common_time",
    ),
    "engine/totals.py": (
        "test_totals.py::test_half_is_rounded_away_from_zero",
        "test_totals.py::test_parts_add_up_to_the_amount",
    ),
    "hosted/portal.py": ("test_portal.py::test_link_that_was_not_opened_in_time_is_gone",),
    "resources/anchor_params.py": ("test_billing_anchors.py::test_beginning_that_cannot_be_is_refused",),
    "resources/empty_lists.py": ("test_sdk_tour.py::test_every_method_of_the_sdk_works_in_a_flow",),
    "resources/files.py": ("test_evidence.py::test_evidence_is_a_document_or_an_image",),
    "resources/intent_params.py": ("test_intent_confirmations.py::test_setup_that_could_redirect_needs_a_way_back",),
    "resources/plans.py": (
        "test_plans.py::test_a_plan_is_told_of_beside_its_price",
        "test_plans.py::test_a_deleted_plan_is_sold_no_more_and_goes_on_billing",
    ),
    "resources/previews.py": ("test_previews.py::test_nothing_is_upcoming_for_who_leaves",),
    "resources/schedule_phases.py": ("test_schedules.py::test_downgrade_takes_effect_with_the_renewal",),
    "resources/subscriptions.py": ("test_subscription_params.py::test_subscription_is_in_the_flexible_mode_already",),
    "resources/subscription_updates.py": (
        "test_schedules.py::test_end_of_a_scheduled_subscription_is_the_schedules_matter",
    ),
    "store/changes.py": (
        "test_rules.py::test_change_names_old_values_nested_by_key_and_lists_whole",
        "test_plan_changes.py::test_change_tells_what_changed_and_what_it_costs",
        "test_subscription_start.py::test_events_of_a_good_start_come_in_order",
    ),
    "webhooks/courier.py": (
        "test_webhooks.py::test_delivery_carries_a_signature_that_the_sdk_accepts",
        "test_webhooks.py::test_failed_delivery_is_tried_again_later",
        "test_webhooks.py::test_delivery_is_given_up_after_three_tries",
    ),
    "wire/expand.py": ("test_protocol.py::test_what_cannot_be_expanded_is_refused",),
    "wire/idempotency.py": ("test_idempotency.py::test_same_key_gives_the_first_answer_and_one_object",),
    "wire/keys.py": ("test_refused_calls.py::test_restricted_key_may_only_do_what_it_is_for",),
    "wire/search.py": (
        "test_search.py::test_a_query_finds_what_it_says",
        "test_search.py::test_a_query_that_cannot_be_read_is_refused",
    ),
    "engine/added_items.py": (
        "test_item_terms.py::test_added_item_has_its_own_discount_and_rate_from_the_first_charge_on",
    ),
    "engine/bank_debits.py": (),
    "engine/metered.py": (
        "test_metered_prices.py::test_usage_during_a_trial_is_free",
        "test_metered_prices.py::test_each_price_bills_what_was_reported_under_it",
    ),
    "engine/meters.py": (
        "test_meters.py::test_a_payload_that_cannot_be_counted_is_refused",
        "test_meters.py::test_events_without_an_active_meter_are_refused",
    ),
    "engine/portal_switches.py": (
        "test_portal_switches.py::test_a_declined_payment_leaves_the_plan_as_it_was",
        "test_portal_switches.py::test_a_payment_that_the_bank_asks_about_moves_the_plan_once_it_is_answered",
    ),
    "engine/plain_cards.py": (),
    "engine/price_numbers.py": ("test_exact_prices.py::test_an_amount_that_cannot_be_is_refused_by_name",),
    "engine/prices.py": ("test_metered_items.py::test_a_metered_price_needs_an_active_meter",),
    "engine/schedule_terms.py": (
        "test_schedule_phases.py::test_tax_rates_of_a_phase_tax_its_invoices_and_end_with_it",
    ),
    "engine/setup_attempts.py": ("test_intent_confirmations.py::test_each_try_to_set_up_a_card_is_an_attempt",),
    "engine/tax_ids.py": ("test_tax_ids.py::test_value_that_the_type_cannot_have_is_refused",),
    "engine/tiers.py": ("test_exact_prices.py::test_tiers_of_another_currency_must_end_where_the_others_do",),
    "engine/unlisted_prices.py": ("test_checkout_orders.py::test_a_price_made_on_the_spot_brings_its_product",),
    "errors.py": ("test_protocol.py::test_bad_parameter_is_named",),
    "resources/connect.py": ("test_refused_calls.py::test_connect_answers_as_to_an_account_that_may_not_use_it",),
    "resources/customer_params.py": ("test_customers.py::test_numbering_that_cannot_be_is_refused",),
    "resources/invoice_lines.py": (
        "test_invoice_lines.py::test_line_of_a_subscription_takes_terms_but_no_other_amount",
    ),
    "resources/meters.py": (
        "test_meters.py::test_a_cancelled_event_counts_no_more",
        "test_meters.py::test_summaries_by_day_leave_out_days_without_usage",
    ),
    "resources/portal_features.py": ("test_portal_switches.py::test_switching_needs_products_and_what_may_change",),
    "resources/trial_params.py": (),
    "resources/tax_ids.py": ("test_djstripe_needs.py::test_tax_ids_are_listed_as_it_asks_for_them",),
    "settings.py": ("test_settings.py::test_named_profiles_of_webhook_retries_are_pauses",),
    "texts.py": (
        "test_texts.py::test_unknown_currency_is_refused",
        "test_texts.py::test_email_address_that_cannot_be_is_refused",
    ),
    "wire/dispatch.py": ("test_refused_calls.py::test_idempotency_key_has_a_longest_length",),
}
MARKED = frozenset(name for names in UNVERIFIED.values() for name in names)
