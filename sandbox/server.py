"""`python -m sandbox.server --port N --state FILE`: the Sandbox Graph, the page "Meta's side" and the shops as a process of their own.

For development only: without DEBUG it refuses to start (unless --force), and it listens on 127.0.0.1 alone.
"""

import argparse
import errno
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from sandbox.demo import prepare_demo
from sandbox.graph import GraphStandIn, Store
from sandbox.serving import HOST, Page, SandboxServer
from sandbox.shops.shopify.demo import open_demo_shop as open_shopify_demo
from sandbox.shops.street import SHOPIFY_PREFIX, Street
from sandbox.shops.woocommerce.demo import open_demo_shop
from sandbox.state_file import StateFile, StateFileBusy

CANNOT_START = 2
_PRODUCTION = "the sandbox is for development and never runs in production. Set DEBUG=true, or pass --force if you mean it"


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C. Exit code 2: it could not or must not start."""
    options = _options(argv)
    problem = _set_up_django()
    if (problem or not _debug_is_on()) and not options.force:
        return _refuse(problem or _PRODUCTION)
    try:
        server = SandboxServer(options.port)  # first, so that a second start names the port and not the state file
        file = StateFile(options.state) if options.state else None
        standin = server.standin = GraphStandIn(Store(file))
        server.street = Street(f"http://{HOST}:{server.server_port}", file)
    except StateFileBusy as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(_about_port(options.port, error))
    standin.batch_delay = options.batch_delay
    standin.review_delay = options.review_delay
    if options.demo:
        prepare_demo(standin)
        open_demo_shop(server.street)
        open_shopify_demo(server.street)
    if not problem:
        _add_page(server)
    return _serve(server, standin)


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.server", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT") or 8001))
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the state; without it nothing is kept")
    parser.add_argument("--batch-delay", type=float, default=0.3, help="seconds until a batch is finished (default 0.3)")
    parser.add_argument("--review-delay", type=float, default=0.0, help="seconds until a new or changed item is reviewed (default 0)")
    parser.add_argument("--demo", action="store_true", help="bring along what the demo shops of seed_demo need")
    parser.add_argument("--force", action="store_true", help="start although DEBUG is off")
    return parser.parse_args(argv)


def _set_up_django() -> str:
    """Why Django cannot be used, or "". The page reads the shop's own products; Graph itself needs no Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsappcrm_backend.settings")
    try:
        import django

        django.setup()
    except Exception as error:  # noqa: BLE001 - settings refuse in their own words and with errors of many kinds
        return f"the project's settings cannot be read: {error}"
    return ""


def _debug_is_on() -> bool:
    from django.conf import settings

    return bool(settings.DEBUG)


def _refuse(why: str) -> int:
    print(f"Sandbox not started: {why}.", file=sys.stderr)
    return CANNOT_START


def _about_port(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use. Stop the other program, or choose another port with SANDBOX_PORT or --port"
    return f"cannot listen on {HOST}:{port}: {error.strerror}"


def _add_page(server: SandboxServer) -> None:
    from django.db import connections

    from sandbox.meta_side.page import page_maker
    from sandbox.shops.pages import NEWS_PREFIX, street_page

    meta_side = page_maker(server.standin, f"http://{HOST}:{server.server_port}")

    def make_page(path: str, query: dict[str, str]) -> Page:
        is_shop = path.startswith(("/shops", SHOPIFY_PREFIX, NEWS_PREFIX))
        return street_page(server.street, path, query) if is_shop else meta_side(path, query)

    server.make_page = make_page
    server.after_request = connections.close_all


def _serve(server: SandboxServer, standin: GraphStandIn) -> int:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    print(f"Sandbox ready: Meta's side at http://{HOST}:{server.server_port}/", flush=True)
    threading.Thread(target=server.street.deliver, args=(server.stopping,), daemon=True, name="postman").start()
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    server.stopping.set()
    server.server_close()
    standin.lock.acquire()  # and kept: what is not on disk now is never acknowledged
    server.street.close()
    standin.store.close()
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
