"""People at real browsers."""

# Milliseconds a browser test waits for what it expects. Every such wait ends as soon as its condition holds, so patience
# costs nothing while all is well; on two busy cores the usual five seconds are not enough.
PATIENCE = 30_000
