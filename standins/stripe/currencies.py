"""Which currencies Stripe takes, how many decimals they have there, and the least and most it charges.

After https://docs.stripe.com/currencies. ISK and UGX have no decimals in life, but two at Stripe, and the cents
must be 00; currencies with three decimals must end in 0.
"""

from standins.stripe.errors import StripeError

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
WHOLE_ONLY = frozenset(("isk", "ugx"))
KNOWN = (
    ZERO_DECIMAL
    | THREE_DECIMAL
    | WHOLE_ONLY
    | frozenset(
        "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny"
        " cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes"
        " kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd"
        " pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd"
        " tzs uah uyu uzs wst xcd yer zar zmw".split()
    )
)
LEAST = {
    "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
MOST = 99_999_999


def check(amount: int, currency: str) -> None:
    """Refuse an amount that Stripe would not charge."""
    if currency not in KNOWN:
        raise StripeError(f"Invalid currency: {currency}.", param="currency")
    if amount < 1:
        raise StripeError("This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount")
    if (currency in THREE_DECIMAL and amount % 10) or (currency in WHOLE_ONLY and amount % 100):
        raise StripeError(f"Invalid amount for {currency}: the last decimal must be 0.", "invalid_amount", "amount")
    if amount < LEAST.get(currency, 1):
        least = words(LEAST[currency], currency)
        raise StripeError(f"Amount must be at least {least}", "amount_too_small", "amount")
    if amount > MOST:
        raise StripeError(f"Amount must be no more than {words(MOST, currency)}", "amount_too_large", "amount")


def words(amount: int, currency: str) -> str:
    """Write an amount for people, as `12.50 EUR`."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency.upper()}"
    if currency in THREE_DECIMAL:
        return f"{amount // 1000}.{amount % 1000:03d} {currency.upper()}"
    return f"{amount // 100}.{amount % 100:02d} {currency.upper()}"
