"""Through which pages residents come and go."""

from anju.core.policy import Door

RESIDENTS = Door(sign_in="/p/sign-in/", refused="portal/refused.html", not_found="portal/not_found.html")
EVERYBODY = "opened from the code on a sign, by anybody"
