"""Numbers of the signs that the office may one day want otherwise, each in one place."""

BOARD_DAYS = 30  # totals of an estate or of what is overdue grow old after so many days; names and states at once
CHECK_DAYS = 92  # a sign outside announces the next check so many days after the last
ELSEWHERE_METRES = 400  # a scan farther than this from the home is noticed: a copied sign, or one on a wrong door
COARSE = 3  # decimals of a degree that are kept of a position: about a hundred metres
SCAN_DAYS = 90  # scans are deleted after so many days
QUIET_SECONDS = 60  # within so many seconds the same sign's scans are one
PART = 100  # signs in one PDF of a batch
MOST_IN_BATCH = 20_000
ADULT = 18
RESIDENCE_DAYS = 3
COLOUR = "#173f94"
