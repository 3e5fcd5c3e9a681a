"""Lists the kinds of tax number that a customer can enter with us; Stripe judges the number itself."""

from billing.errors import InvalidInput

# Stripe's own names (https://docs.stripe.com/billing/customer/tax-ids, read 2026-11-30), those most asked for. A kind
# that is missing here can be entered in Stripe's portal or checkout, and is shown all the same.
TAX_ID_KINDS: dict[str, str] = {
    "eu_vat": "European Union: VAT number",
    "gb_vat": "United Kingdom: VAT number",
    "ch_vat": "Switzerland: VAT number",
    "no_vat": "Norway: VAT number",
    "us_ein": "United States: EIN",
    "ca_bn": "Canada: business number",
    "ca_gst_hst": "Canada: GST/HST number",
    "au_abn": "Australia: ABN",
    "nz_gst": "New Zealand: GST number",
    "jp_cn": "Japan: corporate number",
    "jp_trn": "Japan: registration number",
    "sg_gst": "Singapore: GST number",
    "sg_uen": "Singapore: UEN",
    "hk_br": "Hong Kong: business registration",
    "in_gst": "India: GSTIN",
    "kr_brn": "South Korea: business registration",
    "tw_vat": "Taiwan: VAT number",
    "th_vat": "Thailand: VAT number",
    "my_sst": "Malaysia: SST number",
    "id_npwp": "Indonesia: NPWP",
    "ae_trn": "United Arab Emirates: TRN",
    "sa_vat": "Saudi Arabia: VAT number",
    "il_vat": "Israel: VAT number",
    "tr_tin": "Türkiye: tax number",
    "za_vat": "South Africa: VAT number",
    "br_cnpj": "Brazil: CNPJ",
    "mx_rfc": "Mexico: RFC",
    "cl_tin": "Chile: RUT",
    "is_vat": "Iceland: VAT number",
    "li_uid": "Liechtenstein: UID",
    "ua_vat": "Ukraine: VAT number",
}
LONGEST = 100
MOST = 5


def check_tax_id(kind: str, *, value: str, present: int) -> None:
    """Raise InvalidInput, with the field, for a kind we do not offer, an empty or endless number, or a sixth one."""
    if kind not in TAX_ID_KINDS:
        raise InvalidInput("Choose the kind of tax number.", field="kind")
    if not value or len(value) > LONGEST:
        raise InvalidInput("Enter the tax number.", field="value")
    if present >= MOST:
        raise InvalidInput(f"There are {MOST} tax numbers already. Remove one first.", field="value")
