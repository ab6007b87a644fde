"""Settings of the test suite: only what must differ from a running city."""

import os
import tempfile

os.environ["ANJU_DIR"] = tempfile.mkdtemp(prefix="anju-test-")
os.environ.setdefault("ANJU_SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests")
os.environ.setdefault("ANJU_DEMO", "0")
os.environ["ANJU_REQUIRE_MFA"] = "0"
if "ANJU_TEST_DATABASE_URL" in os.environ:
    os.environ["ANJU_DATABASE_URL"] = os.environ["ANJU_TEST_DATABASE_URL"]

from anju.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed only: the real hasher has its own test
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WHITENOISE_AUTOREFRESH = True
