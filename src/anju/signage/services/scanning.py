"""A scan leaves when it was, what the answer was, and where about, if the person agreed. Never who."""

from datetime import timedelta

from anju.core import time
from anju.signage import norms
from anju.signage.models import LIVE, Scan, Sign
from anju.signage.services import comparing
from anju.signage.services.printing import metres_off

R = Scan.Result


def result_of(sign: Sign) -> str:
    if sign.state not in LIVE:
        return R.REVOKED if sign.state == Sign.State.REVOKED else R.REPLACED
    if sign.outdated:
        return R.OUTDATED
    return R.GOOD if sign.state == Sign.State.POSTED else R.UNPOSTED


def note_scan(sign: Sign) -> None:
    """Compare the sign and remember the scan; scans that follow within a minute are one, so that nobody fills the table."""
    comparing.compare_now(sign)
    now = time.now()
    if sign.scanned_at is not None and now - sign.scanned_at < timedelta(seconds=norms.QUIET_SECONDS):
        return
    sign.scanned_at = now
    Sign._base_manager.filter(pk=sign.pk).update(scanned_at=now)
    Scan.objects.create(sign=sign, at=now, result=result_of(sign))


def note_position(sign: Sign, latitude: float, longitude: float) -> bool:
    """True when the sign hangs where it belongs, as far as that can be said from a hundred metres. What lies outside is kept
    for the staff: a copy, or a sign on a wrong door. A sign is asked about once a minute at most."""
    near = (round(latitude, norms.COARSE), round(longitude, norms.COARSE))
    metres = metres_off(sign, *near)
    elsewhere = metres is not None and metres > norms.ELSEWHERE_METRES
    now = time.now()
    last = Scan._base_manager.filter(sign=sign).order_by("-at").first()
    if last is None or now - last.at > timedelta(seconds=norms.QUIET_SECONDS):
        last = Scan(sign=sign, at=now, result=result_of(sign))
    elif last.metres is not None and not elsewhere:
        return not elsewhere  # told just now; a far one still counts
    last.latitude, last.longitude = near
    last.metres, last.elsewhere = metres, elsewhere
    last.save()
    if elsewhere:
        Sign._base_manager.filter(pk=sign.pk).update(elsewhere_at=now, elsewhere_metres=metres)
    return not elsewhere
