"""The one-time link in a real browser: no token is typed, the address forgets the key, other windows know the
token."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from visiting import Open

from builders import EXAMPLES, migrate_messy
from serving import TOKEN
from serving_processes import API, Served, bearer, eventually, serving

LINKED = """
import sys
from rmos_migration.api import one_time_link
one_time_link.token_urlsafe = lambda _, keys=iter(
    ["the-key-of-the-link", "the-token-for-the-page"]
): next(keys)
made = one_time_link.OneTimeLink.__init__
def with_key(self):
    made(self)
    self.new_key()
one_time_link.OneTimeLink.__init__ = with_key
from rmos_migration.cli.app import run
sys.exit(run())
"""
"""The program with a link whose key is known, as it is on a terminal."""


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Served]:
    database = tmp_path / "rmos.db"
    migrate_messy(database)
    options = ("--source", EXAMPLES / "messy_legacy", "--root-path", "/rmos")
    with serving(database, *options, command=[sys.executable, "-c", LINKED], token=TOKEN) as server:
        yield server


def token_in(page: Any) -> Any:
    return page.evaluate("sessionStorage.getItem('rmos-token/rmos')")


def told_to_who_asks(page: Any, channel: str) -> Any:
    """What other windows answer on a channel."""
    return page.evaluate(
        """name => new Promise(resolve => {
            const asking = new BroadcastChannel(name);
            asking.onmessage = event => resolve(event.data.token);
            asking.postMessage("token?");
            setTimeout(resolve, 1000, null);
        })""",
        channel,
    )


def starts_a_dry_run(page: Any, number: int) -> None:
    page.get_by_role("button", name="See what would happen").click()
    page.wait_for_url(f"**/rmos/runs/dry-{number}")
    page.get_by_role("button", name="Migrate now").wait_for()


def test_who_follows_the_link_types_no_token(linked: Served, open_page: Open) -> None:
    visit = open_page(f"{linked.url}/#enter=the-key-of-the-link")
    page = visit.page
    assert eventually(lambda: token_in(page) is not None)
    assert page.url == f"{linked.url}/"
    assert token_in(page) == "the-token-for-the-page"
    starts_a_dry_run(page, 1)
    assert not page.get_by_role("dialog").is_visible()
    assert visit.faults == []
    assert all(url.startswith((linked.url, "data:", "blob:")) for url in visit.requests)
    assert "the-key-of-the-link" not in linked.logged()

    second = page.context.new_page()  # another window of the same person asks the first one
    second.goto(f"{linked.url}/")
    assert token_in(second) is None
    starts_a_dry_run(second, 2)
    assert not second.get_by_role("dialog").is_visible()


def test_a_server_below_another_path_is_not_told_the_token(linked: Served, open_page: Open) -> None:
    page = open_page(f"{linked.url}/#enter=the-key-of-the-link").page
    assert eventually(lambda: token_in(page) is not None)
    other = page.context.new_page()
    other.goto(f"{linked.url}/")
    assert told_to_who_asks(other, "rmos-token/other") is None
    assert told_to_who_asks(other, "rmos-token") is None
    assert told_to_who_asks(other, "rmos-token/rmos") == "the-token-for-the-page"


def test_a_link_that_was_used_leaves_the_page_as_it_is_without(linked: Served, open_page: Open) -> None:
    first = open_page(f"{linked.url}/#enter=the-key-of-the-link").page
    assert eventually(lambda: token_in(first) is not None)
    visit = open_page(f"{linked.url}/#enter=the-key-of-the-link")
    page = visit.page
    page.get_by_role("button", name="See what would happen").click()
    page.get_by_role("textbox", name="Token").fill(TOKEN)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/rmos/runs/dry-1")
    assert token_in(page) == TOKEN


def test_a_page_of_another_site_can_neither_read_nor_change(
    linked: Served, open_page: Open, tmp_path: Path
) -> None:
    """A real browser says what the server goes by; even a token that leaked does not help a page."""
    with serving(tmp_path / "other.db") as other:
        page = open_page(f"{other.url}/healthz").page
        for method in ("GET", "POST"):
            answers = page.evaluate(
                """async ([address, method, token]) => {
                  const tried = [{mode: "no-cors"}, {headers: {Authorization: `Bearer ${token}`}}];
                  const read = async (options) => {
                    try { return (await fetch(address, {method, ...options})).type; }
                    catch (error) { return "refused"; }
                  };
                  return Promise.all(tried.map(read));
                }""",
                [f"http://localhost:{linked.port}{API}/migration/status", method, TOKEN],
            )
            assert set(answers) <= {"refused", "opaque"}
    assert len(linked.get(f"{API}/migration/runs", bearer(TOKEN)).json()["runs"]) == 1


def test_no_script_can_write_into_a_page(linked: Served, open_page: Open) -> None:
    page = open_page(f"{linked.url}/").page
    for sink in (
        "document.body.innerHTML = '<b>x</b>'",
        "document.write('x')",
        "document.createElement('script').text = 'x'",
    ):
        outcome = page.evaluate(
            f"() => {{ try {{ {sink}; return 'done'; }} catch (error) {{ return error.name; }} }}"
        )
        assert outcome == "TypeError", sink
    made = page.evaluate(
        "() => { try { trustedTypes.createPolicy('x', {}); return 'made'; } catch { return 'refused'; } }"
    )
    assert made == "refused"
