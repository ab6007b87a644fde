"""Settings (environment only), URLs, ASGI. Imports all apps; nothing imports it."""
