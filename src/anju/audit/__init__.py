"""Who changed what, when, before and after; the log shows tampering (X2)."""
