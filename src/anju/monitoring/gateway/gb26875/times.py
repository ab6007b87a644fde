"""Times of the wire: second, minute, hour, day, month, two digits of the year; China's time."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def read_time(raw: bytes, *, bcd: bool = False) -> datetime | None:
    """Aware UTC, or None where the six bytes are no time: a unit whose clock was never set still has to be heard."""
    parts = [10 * (byte >> 4) + (byte & 15) for byte in raw] if bcd else list(raw)
    try:
        second, minute, hour, day, month, year = parts
        if year > 99 or (bcd and any(byte & 15 > 9 for byte in raw)):
            return None
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=CHINA).astimezone(UTC)
    except ValueError:
        return None


def write_time(moment: datetime, *, bcd: bool = False) -> bytes:
    """moment: aware, 2000 to 2099."""
    local = moment.astimezone(CHINA)
    parts = [local.second, local.minute, local.hour, local.day, local.month, local.year % 100]
    return bytes([part // 10 << 4 | part % 10 for part in parts] if bcd else parts)
