# SPDX-License-Identifier: Apache-2.0
"""What the generators manage against nginx that answers 202 and does nothing."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from . import generators, run as settings
from .failure import BenchmarkFailure
from .server import free_port

START_LIMIT_SECONDS = 5

CONFIGURATION = """
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_max_body_size 8m;
    client_body_buffer_size 1m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 202; }}
    }}
}}
"""


def find_nginx():
    """Debian puts it where only root's PATH leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextlib.contextmanager
def nginx(binary):
    """nginx on a free port; the port."""
    # Not under --work: the workers run as another user and have to reach it.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-bench-nginx-"))
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
    process = subprocess.Popen(
        [os.path.abspath(binary), "-p", str(folder), "-e", "stderr", "-c", str(configuration)],
        stdin=subprocess.DEVNULL)
    try:
        wait_for(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(process, port):
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise BenchmarkFailure("nginx does not start")


def singles(run, shape):
    """Events per second and the generator's seconds per million; None without nginx."""
    if not run.options.nginx:
        return None
    with nginx(run.options.nginx) as port:
        result, cpu = generators.wrk_result(generators.wrk(
            port, "x" * 80, seconds=run.scale.ceiling_seconds, shape=shape,
            connections=settings.CONNECTIONS_SINGLES,
            with_idempotency_keys=run.with_idempotency_keys))
    return ceiling(result, cpu)


def batches(run, shape):
    """Events per second and the generator's seconds per million; None without nginx."""
    if not run.options.nginx:
        return None
    with nginx(run.options.nginx) as port:
        result, cpu = generators.module_result(generators.feeder(
            port, "x" * 80, seconds=run.scale.ceiling_seconds, shape=shape, is_ceiling=True,
            with_idempotency_keys=run.with_idempotency_keys))
    return ceiling(result, cpu)


def ceiling(result, cpu_seconds):
    return result["accepted"] / result["seconds"], cpu_seconds / result["accepted"] * 1e6
