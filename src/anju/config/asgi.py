"""ASGI entry for uvicorn and any other ASGI server."""

import os
import warnings

from django.core.asgi import get_asgi_application

from anju.core import garbage

# WhiteNoise hands out files piece by piece, which Django then reads as a whole; they are small, and nobody who starts a city
# can do anything about it.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.config.settings")
application = get_asgi_application()
garbage.set_apart()
