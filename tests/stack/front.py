"""A real https front, nginx with a certificate of the run's own, as a platform's router is one."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.stack.certificates import make_certificate
from tests.stack.processes import Environment, Processes

CONFIG = """
daemon off; pid {scratch}/nginx.pid; error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy;
  fastcgi_temp_path {scratch}/fastcgi; uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;
  proxy_set_header Host localhost;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_redirect https://localhost/ https://localhost:{https}/;
  server {{
    listen 127.0.0.1:{http};
    location / {{ proxy_pass http://127.0.0.1:{site}; }}
  }}
  server {{
    listen 127.0.0.1:{https} ssl;
    ssl_certificate {scratch}/front.pem; ssl_certificate_key {scratch}/front.key;
    location / {{ proxy_pass http://127.0.0.1:{site}; }}
  }}
}}
"""
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@dataclass(frozen=True)
class Front:
    """`certificate`: the file that a client has to trust."""

    http: int
    https: int
    certificate: Path


def put_in_front(
    running: Processes, site: int, http: int, https: int, environment: Environment
) -> Front:
    """Serve the site on this port to http and https clients of localhost."""
    certificate, _key = make_certificate(running.scratch, "front")
    config = running.scratch / "nginx.conf"
    config.write_text(CONFIG.format(scratch=running.scratch, site=site, http=http, https=https))
    running.serve([str(NGINX), "-c", str(config)], environment, https)
    return Front(http, https, certificate)
