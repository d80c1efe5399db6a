"""How gunicorn serves the app; ``WEB_CONCURRENCY`` says with how many processes."""

from pathlib import Path

wsgi_app = "smartcity.wsgi"
bind = "0.0.0.0:8000"
worker_class = "gthread"
threads = 4
# A request that takes longer is broken; statements on PostgreSQL end after 15 seconds.
timeout = 30
graceful_timeout = 30
keepalive = 5
# Workers are replaced now and then, not all at once, so that a leak never grows old.
max_requests = 2000
max_requests_jitter = 200
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
if Path("/dev/shm").is_dir():  # noqa: S108
    # Heartbeats belong into memory: on a busy disk they would look like dead workers.
    worker_tmp_dir = "/dev/shm"  # noqa: S108
# Nothing is steered through a socket.
control_socket_disable = True
accesslog = "-"
# No addresses of people (DSGVO, data minimisation).
access_log_format = '%(t)s "%(r)s" %(s)s %(b)s %(M)sms'
