"""Track Alert: UPS tells the shop when a parcel moved, with the credential the shop chose.

Source: https://developer.ups.com/tag/UPS-Track-Alert. In life the shop subscribes each number; here every parcel is.
"""

import json
import time
from typing import Any

from standins import outbox, settings, store


def tell(parcel: dict[str, Any], status: dict[str, str], step: str) -> None:
    """Send the shop what happened to a parcel just now."""
    moment = time.gmtime(parcel["activity"][-1]["at"])
    address = parcel["to" if step != "picked_up" else "from"]["Address"]
    day, clock = time.strftime("%Y%m%d", moment), time.strftime("%H%M%S", moment)
    body = {
        "trackingNumber": parcel["id"],
        "localActivityDate": day,
        "localActivityTime": clock,
        "activityLocation": {
            "city": address["City"],
            "stateProvince": address.get("StateProvinceCode", ""),
            "postalCode": address.get("PostalCode", ""),
            "country": address["CountryCode"],
        },
        "activityStatus": {name: status[name] for name in ("type", "code", "description")},
        "scheduledDeliveryDate": "",
        "actualDeliveryDate": day if step == "delivered" else "",
        "actualDeliveryTime": clock if step == "delivered" else "",
        "gmtActivityDate": day,
        "gmtActivityTime": clock,
        "pod": {},
    }
    path = settings.current().ups_webhook
    outbox.post("ups", store.new_id("ta_"), kind=step, path=path, body=json.dumps(body))


def sign(body: str, timestamp: int, forged: bool) -> dict[str, str]:
    """Give the credential header; UPS signs nothing."""
    return {"credential": settings.current().ups_webhook_secret + ("x" if forged else ""), "User-Agent": "UPSPubSub"}
