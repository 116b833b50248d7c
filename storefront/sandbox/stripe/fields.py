"""Fields that every object of Stripe's carries and that stay empty in this sandbox, by kind of object.

Version 2026-10-28.endive: https://docs.stripe.com/api and the fixtures of https://github.com/stripe/openapi. Left out
is what is there only when it is expanded (a session's ``line_items``) and what earlier versions had: a payment
intent's ``charges``, a charge's ``refunds``.
"""

from __future__ import annotations

import copy

from storefront.sandbox.stripe.state import Object


def unset(kind: Object) -> Object:
    """A copy of one of the tables below."""
    return copy.deepcopy(kind)


SESSION: Object = {
    **dict.fromkeys(
        """after_expiration allow_promotion_codes allowed_payment_method_types billing_address_collection
        branding_settings client_secret collected_information consent consent_collection currency_conversion
        customer_account customer_details discounts excluded_payment_method_types integration_identifier invoice
        name_collection optional_items origin_context payment_intent payment_link payment_method_collection
        payment_method_configuration_details permissions presentment_details recovered_from redirect_on_completion
        return_url saved_payment_method_options setup_intent shipping_address_collection shipping_cost subscription
        wallet_options""".split()
    ),
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "custom_fields": [],
    "custom_text": dict.fromkeys("after_submit shipping_address submit terms_of_service_acceptance".split()),
    "invoice_creation": {
        "enabled": False,
        "invoice_data": {
            **dict.fromkeys("account_tax_ids custom_fields description footer issuer rendering_options".split()),
            "metadata": {},
        },
    },
    "managed_payments": {"enabled": False},
    "payment_method_options": {},
    "phone_number_collection": {"enabled": False},
    "shipping_options": [],
    "tax_id_collection": {"enabled": False, "required": "never"},
}
PAYMENT_INTENT: Object = {
    **dict.fromkeys(
        """allowed_payment_method_types application application_fee_amount canceled_at cancellation_reason
        customer_account excluded_payment_method_types hooks last_payment_error latest_charge managed_payments
        next_action on_behalf_of payment_details payment_method payment_method_configuration_details payment_record
        presentment_details processing review shipping source statement_descriptor transfer_data
        transfer_group""".split()
    ),
    "amount_details": {"tip": {}},
    "payment_method_options": {},
}
CHARGE: Object = {
    **dict.fromkeys(
        """application application_fee application_fee_amount authorization_code balance_transaction
        calculated_statement_descriptor failure_balance_transaction failure_code failure_message level3 on_behalf_of
        outcome presentment_details receipt_email receipt_number receipt_url review shipping source source_transfer
        statement_descriptor statement_descriptor_suffix transfer transfer_data transfer_group""".split()
    ),
    "fraud_details": {},
    "radar_options": {},
}
CARD: Object = {
    **dict.fromkeys(
        """amount_authorized authorization_code capture_before description electronic_commerce_indicator
        extended_authorization fingerprint iin incremental_authorization installments issuer mandate moto multicapture
        network_transaction_id overcapture regulated_status setup_credential_usage stored_credential_usage
        three_d_secure transaction_link_id wallet""".split()
    ),
    "country": "US",
    "funding": "credit",
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
    "network_token": {"used": False},
}
METHOD: Object = {"allow_redisplay": "unspecified", "customer": None, "customer_account": None, "metadata": {}}
METHOD_CARD: Object = {
    **dict.fromkeys("description generated_from iin issuer regulated_status wallet".split()),
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
    "funding": "credit",
    "three_d_secure_usage": {"supported": True},
}
SETUP_INTENT: Object = {
    **dict.fromkeys(
        """allowed_payment_method_types application attach_to_self cancellation_reason customer_account description
        excluded_payment_method_types flow_directions last_setup_error latest_attempt managed_payments mandate
        next_action on_behalf_of payment_method payment_method_configuration_details single_use_mandate""".split()
    ),
    "payment_method_options": {},
}
SEPA_DEBIT: Object = dict.fromkeys(
    "bank_code branch_code country expected_debit_date fingerprint last4 mandate".split()
)
OUTCOME: Object = dict.fromkeys(
    "advice_code network_advice_code network_decline_code reason risk_level risk_score rule".split()
)
REFUND: Object = dict.fromkeys(
    """balance_transaction customer customer_account description destination_details failure_balance_transaction
    failure_reason instructions_email next_action payment_method pending_reason presentment_details receipt_number
    source_transfer_reversal transfer_reversal""".split()
)
DISPUTE: Object = {
    "balance_transactions": [],
    "enhanced_eligibility_types": [],
    "evidence": {
        **dict.fromkeys(
            """access_activity_log appeal billing_address cancellation_policy cancellation_policy_disclosure
            cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip
            customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
            product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date
            service_documentation shipping_address shipping_carrier shipping_date shipping_documentation
            shipping_tracking_number uncategorized_file uncategorized_text""".split()
        ),
        "enhanced_evidence": {},
    },
    "intended_submission_method": None,
    "metadata": {},
    "network_reason_code": None,
}
CUSTOMER: Object = {
    **dict.fromkeys(
        """address business_name currency customer_account default_source discount individual_name invoice_prefix
        shipping test_clock""".split()
    ),
    "balance": 0,
    "delinquent": False,
    "invoice_settings": dict.fromkeys("custom_fields default_payment_method footer rendering_options".split()),
    "next_invoice_sequence": 1,
    "preferred_locales": [],
    "tax_exempt": "none",
}
PRICE: Object = {
    **dict.fromkeys("custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity".split()),
    "active": False,  # made for one session
    "billing_scheme": "per_unit",
    "metadata": {},
    "tax_behavior": "unspecified",
}
BILLING: Object = {
    "address": dict.fromkeys("city country line1 line2 postal_code state".split()),
    "phone": None,
    "tax_id": None,
}
BUYER: Object = {
    **dict.fromkeys("address business_name email individual_name name phone".split()),
    "tax_exempt": "none",
    "tax_ids": [],
}
