"""How many calls does one container take at once?"""

import os

wsgi_app = "service.wsgi"
bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
# Longer than callers keep an idle connection, so that none is closed under a request.
keepalive = 75
