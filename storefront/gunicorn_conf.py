"""The web server: ``gunicorn --config python:storefront.gunicorn_conf storefront.wsgi``.

Number of processes: ``WEB_CONCURRENCY`` or ``--workers``. Threads in each: ``WEB_THREADS``, so that one slow portal or
payment provider holds up one request and not all. https://docs.gunicorn.org/en/stable/settings.html
"""

import os
from typing import Any

from storefront.core.environment import Environment

_env = Environment(os.environ)
bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = _env.integer("WEB_CONCURRENCY", default=1, at_least=1, at_most=256)
threads = _env.integer("WEB_THREADS", default=4, at_least=1, at_most=64)
_env.refuse()
#: Seconds after which a process that has stopped reporting is killed and replaced.
timeout = 60
graceful_timeout = 30
#: Longer than nginx keeps an idle connection (60 s): a proxy never writes into one that is just being closed here.
keepalive = 75

# WSGI has one name for X-Forwarded-For and X_Forwarded_For, so a visitor could override what the proxy wrote:
# https://www.djangoproject.com/weblog/2015/jan/13/security/. Headers with an underscore are dropped without exception.
header_map = "drop"
forwarder_headers = ""
#: Who is believed about the visitor's address and scheme is decided in core.visitor and by SECURE_PROXY_SSL_HEADER.
forwarded_allow_ips = ""
control_socket_disable = True


def child_exit(server: Any, worker: Any) -> None:
    """What an ended process counted for Prometheus stays in the sums, what it measured just then does not:
    https://prometheus.github.io/client_python/multiprocess/"""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
