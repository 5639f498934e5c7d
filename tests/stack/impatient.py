"""The product's server in one process, with waits of a second or two where it grants many."""

import runpy

from inbox.web import server

globals().update(runpy.run_path("inbox/gunicorn.conf.py"))
workers = 1
keepalive = 2
server.SEND_WITHIN = server.BEGIN_WITHIN = 1.0
server.READ_WITHIN = 1.0
server.CONNECTIONS = 30
server.AT_ONCE = 8
