"""What a device's clock says, made usable."""

from datetime import datetime, timedelta

AHEAD = timedelta(minutes=10)


def settled(claimed: datetime, received: datetime) -> tuple[datetime, str]:
    """When it was measured, and "" or, if the clock runs more than ten minutes ahead, what it claimed (RFC 3339).

    A time in the future would be the newest for as long as that future lasts. A late one is kept: messages may come late.
    """
    if claimed - received > AHEAD:
        return received, claimed.isoformat()
    return claimed, ""
