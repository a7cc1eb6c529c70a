"""The examples for nginx and Caddy in deploy/, with the real programs in front of a real server."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from builders import EXAMPLES, migrate_messy
from serving_processes import API, TOKEN, Served, eventually, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="make proxies unpacks Debian's packages")

ROOT = Path(__file__).parents[2]
NAME = "workshop.example"
READING = "the-token-for-reading-only"
STATUS = f"/rmos{API}/migration/status"
Through = Callable[..., httpx.Response]


def installed(name: str) -> str:
    """Where a proxy is: installed, or unpacked by make proxies."""
    unpacked = os.pathsep.join(str(ROOT / "build/proxies/usr" / folder) for folder in ("sbin", "bin"))
    found = shutil.which(name) or shutil.which(name, path=f"/usr/sbin{os.pathsep}{unpacked}")
    if found is None:
        pytest.skip(f"needs {name}: make proxies")
    return found


def options_of(text: str) -> list[str]:
    """How an example says that the server is started."""
    (line,) = re.findall(r"^# +rmos serve (.*)$", text, re.MULTILINE)
    return line.split()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def temporary(folder: Path) -> str:
    """Where nginx shall put what it would put into the system's folders."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "access_log off;\n" + "".join(f"{one}_temp_path {folder}/{one};\n" for one in kinds)


def nginx(example: str, folder: Path, port: int) -> list[str]:
    """The command for nginx with the example on a port without TLS, and its files in a folder."""
    server = re.sub(r"^ *ssl_.*\n", "", example, flags=re.MULTILINE).replace("443 ssl", f"127.0.0.1:{port}")
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\n{temporary(folder)}{server}}}\n"
    )
    return [installed("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(config)]


def caddy(example: str, folder: Path, port: int) -> list[str]:
    """The command for Caddy with the example on a port without TLS."""
    config = folder / "Caddyfile"
    served = example.replace(f"{NAME} {{", f"http://{NAME}:{port} {{")
    config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{served}")
    return [installed("caddy"), "run", "--config", str(config), "--adapter", "caddyfile"]


PROXIES = {"nginx": (nginx, "nginx.conf.example"), "caddy": (caddy, "Caddyfile.example")}


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    env = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=env, stdout=log, stderr=log) as process,
    ):
        try:
            assert eventually(lambda: answers(port), 30), (folder / "log").read_text()
            yield
        finally:
            process.terminate()
            process.wait(30)


def answers(port: int) -> bool:
    with socket.socket() as trying:
        trying.settimeout(1)
        return trying.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=PROXIES)
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Through, Served]]:
    """Asks through a proxy that is set up as its example says; and the server behind it."""
    set_up, example = PROXIES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    text = (ROOT / "deploy" / example).read_text(encoding="utf-8")
    migrate_messy(folder / "rmos.db")
    options = [one for one in options_of(text) if one != "--no-browser"]
    with serving(
        folder / "rmos.db", "--source", EXAMPLES / "rmos_legacy", *options, RMOS_READING_TOKEN=READING
    ) as served:
        port = free_port()
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{served.port}")
        with (
            running(set_up(text, folder, port), folder, port),
            httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": NAME}, timeout=60) as calling,
        ):
            yield calling.request, served


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_nobody_reads_through_it_without_a_token(proxied: tuple[Through, Served]) -> None:
    through, _ = proxied
    for path in (STATUS, "/rmos/", "/rmos/patterns", "/rmos/openapi.json"):
        assert through("GET", path).status_code == 401
        assert through("GET", path, headers=bearer(READING)).status_code == 200
    assert through("GET", "/rmos/healthz").status_code == 200


def test_a_browser_is_asked_for_a_password_and_every_link_leads_through_it(
    proxied: tuple[Through, Served],
) -> None:
    through, _ = proxied
    asked = through("GET", "/rmos/", headers={"Accept": "text/html"})
    assert asked.headers["www-authenticate"].startswith("Basic ")
    password = {"Authorization": f"Basic {b64encode(f'x:{READING}'.encode()).decode()}"}
    page = through("GET", "/rmos/", headers=password)
    links = set(re.findall(r'(?:href|src)="(/[^"#]*)', page.text))
    assert len(links) > 8
    for link in links:
        assert link.startswith("/rmos/")
        assert through("GET", link.replace("&amp;", "&"), headers=password).status_code == 200
    assert through("GET", "/rmos").headers["location"].endswith("/rmos/")


@pytest.mark.parametrize("origin", ["https://workshop.example", "http://workshop.example"])
def test_its_own_pages_change_something_with_the_token_and_others_do_not(
    proxied: tuple[Through, Served], origin: str
) -> None:
    through, _ = proxied
    body = json.dumps({"job_type": "slice", "parameters": {}})
    headers = {"Content-Type": "application/json", "Origin": origin}
    place = f"/rmos{API}/joblogs"
    made = through("POST", place, content=body, headers=headers | bearer(TOKEN))
    assert made.status_code == 201
    assert through("GET", made.headers["location"], headers=bearer(READING)).status_code == 200
    assert through("POST", place, content=body, headers=headers | bearer(READING)).status_code == 401
    elsewhere = headers | bearer(TOKEN) | {"Origin": "https://evil.example"}
    assert through("POST", place, content=body, headers=elsewhere).status_code == 403


def test_what_callers_claim_does_not_come_through(proxied: tuple[Through, Served]) -> None:
    through, _ = proxied
    claims = {"X-Forwarded-Prefix": "/evil", "Forwarded": "for=127.0.0.1", "X-Forwarded-For": "127.0.0.1"}
    assert through("GET", STATUS, headers=claims).status_code == 401
    page = through("GET", "/rmos/", headers=claims | bearer(READING))
    assert "/evil" not in page.text
    foreign = through("GET", STATUS, headers={"Host": "evil.example"} | bearer(TOKEN))
    assert "migration_status" not in foreign.text  # Caddy answers with nothing


def test_the_progress_of_a_run_comes_at_once(proxied: tuple[Through, Served]) -> None:
    through, _ = proxied
    begun = through("POST", f"/rmos{API}/migration/runs", json={"dry_run": True}, headers=bearer(TOKEN))
    assert begun.headers["location"].startswith("/rmos/")
    told = through("GET", f"/rmos{API}/migration/progress", headers=bearer(READING))
    assert told.status_code == 200
    assert "event: " in told.text


@pytest.mark.parametrize(
    ("version", "options"),
    [("1.0", ()), ("1.1", ("--readers-need-token",))],
    ids=["known by it", "told by an option"],
)
def test_a_proxy_that_passes_on_and_nothing_more_lets_nobody_read(
    version: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """nginx with a single proxy_pass says nothing of itself; before 1.29.7 it spoke HTTP/1.0, which no
    browser speaks."""
    migrate_messy(tmp_path / "rmos.db")
    with serving(tmp_path / "rmos.db", *options) as served:
        port = free_port()
        passed = f"proxy_pass http://127.0.0.1:{served.port}; proxy_http_version {version};"
        bare = f"server {{ listen 443 ssl; location / {{ {passed} }} }}"
        with running(nginx(bare, tmp_path, port), tmp_path, port):
            answer = httpx.get(
                f"http://127.0.0.1:{port}{API}/migration/status", headers={"Host": NAME}, timeout=60
            )
            assert answer.status_code == 401


def test_nginx_finds_no_fault_in_the_example_with_tls(tmp_path: Path) -> None:
    example = (ROOT / "deploy/nginx.conf.example").read_text(encoding="utf-8")
    certificate, key = tmp_path / "one.pem", tmp_path / "one.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    example = example.replace(f"/etc/ssl/certs/{NAME}.pem", str(certificate))
    example = example.replace(f"/etc/ssl/private/{NAME}.key", str(key)).replace("443", str(free_port()))
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{temporary(tmp_path)}{example}}}\n")
    done = subprocess.run(
        [installed("nginx"), "-t", "-e", "stderr", "-p", tmp_path, "-c", config],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
