"""What a clerk sees and does on the engine's own pages, in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from models.vocabulary.case import Step
from tasks.keeping.engine_access import password_file
from tasks.keeping.settings import settings
from tests.conftest import ROOT
from trials.harness.engine import Engine

if TYPE_CHECKING:
    from playwright.sync_api import Page

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), "")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]


@pytest.fixture
def page(tmp_path: Path) -> Iterator["Page"]:
    """A page of a browser that speaks Chinese, as on a clerk's desk."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        made = browser.new_page(viewport={"width": 1280, "height": 1000}, locale="zh-CN", timezone_id="Asia/Shanghai")
        made.set_default_timeout(60_000)
        yield made
        made.screenshot(path=tmp_path / "last.png")
        browser.close()


def picture(page: "Page", name: str) -> None:
    """Keep a picture for the documentation, when asked to (make screens)."""
    if os.environ.get("XINFANG_TEST_SCREENS"):
        (ROOT / "docs" / "screens").mkdir(exist_ok=True)
        page.screenshot(path=ROOT / "docs" / "screens" / f"{name}.png")


def fill(page: "Page", title: str, text: str) -> None:
    """Type into the field under a title."""
    field = page.locator(".p-label", has=page.locator("label", has_text=title)).last
    field.locator("textarea, input").first.fill(text)


def log_in(page: "Page", account: str) -> None:
    """Open the pages for the first time and paste the account, as the password file's line gives it."""
    page.goto(settings().ui_url)
    page.get_by_placeholder("admin:pass").fill(account)
    page.get_by_role("button", name="Login").click()


def test_the_pages_show_nothing_to_whoever_has_no_password(engine: Engine, page: "Page") -> None:
    number = engine.registered()
    log_in(page, "xinfang:wrong")
    page.wait_for_load_state("networkidle")
    page.goto(f"{settings().ui_url}/runs")
    page.get_by_placeholder("admin:pass").wait_for()
    assert number not in page.content()


def test_a_clerk_starts_intake_finds_the_waiting_run_and_answers_it(engine: Engine, page: "Page") -> None:
    home = settings().ui_url
    log_in(page, password_file().read_text().strip())
    page.wait_for_url("**/dashboard")
    deployment = engine.client.read_deployment_by_name("intake/intake")
    page.goto(f"{home}/deployments/deployment/{deployment.id}/run")
    page.get_by_text("信访人姓名").wait_for()
    fill(page, "经办人工号", "Z01")
    page.get_by_text("Select date").first.click()
    page.get_by_role("button", name="Today").click()
    page.get_by_role("button", name="Apply").click()
    fill(page, "标题", "反映公园路灯损坏")
    fill(page, "信访人姓名", "试验丙")
    picture(page, "intake-form")
    page.get_by_role("button", name="Submit").last.click()
    page.wait_for_url("**/deployments/deployment/*?tab=Runs")
    number = newest_number(engine)

    page.goto(f"{home}/runs")
    page.get_by_text("待甄别").first.wait_for()
    picture(page, "waiting-runs")
    page.get_by_role("link", name=number, exact=True).first.click()
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_text("内容分类").first.wait_for()
    fill(page, "经办人工号", "Z01")
    fill(page, "内容分类", "城乡建设/市政设施")
    picture(page, "waiting-form")
    page.get_by_role("button", name="Submit").last.click()

    engine.waiting(number, Step.PROPOSE)
    run, _ = engine.waiting(number)
    page.goto(f"{home}/runs/flow-run/{run.id}")
    page.get_by_text("Artifacts", exact=True).click()
    page.locator("a[href^='/artifacts/artifact/']").last.click()
    page.get_by_role("heading", name="反映公园路灯损坏").wait_for()
    picture(page, "case-file")


def newest_number(engine: Engine) -> str:
    """The number that the newest intake run gave out."""
    newest = engine.ask("POST", "/flow_runs/filter", flows={"name": {"any_": ["intake"]}}, sort="START_TIME_DESC", limit=1)
    run = engine.until(UUID(newest[0]["id"]), "已登记")
    number = str(run.state.message)  # type: ignore[union-attr]
    engine.waiting(number, Step.SCREEN)
    return number


VISIBLE_HEIGHT = """element => {
    let {top, bottom} = element.getBoundingClientRect();
    for (let around = element.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflowY === "visible") continue;
        const box = around.getBoundingClientRect();
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
    }
    return Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0));
}"""
"""How much of an element can be seen without scrolling, in pixels."""


def test_on_a_small_screen_the_refusal_and_the_case_stand_above_the_longest_form(engine: Engine, page: "Page") -> None:
    """Seen by the height of their boxes: the text alone is on the page even where it is squeezed down to nothing."""
    number = engine.registered(content="路灯自上月起不亮。")
    _, mark = engine.answer(number, Step.SCREEN, "Z01", petition_class="申诉求决", content_code="")
    run, _ = engine.waiting(number, Step.SCREEN, after_round=mark.round)
    page.set_viewport_size({"width": 1366, "height": 768})
    log_in(page, password_file().read_text().strip())
    page.wait_for_url("**/dashboard")
    page.goto(f"{settings().ui_url}/runs/flow-run/{run.id}")
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_text("内容分类").first.wait_for()
    picture(page, "refused-form")
    case = page.locator(".p-modal__body .markdown-renderer")
    lines = ("上一次填写没有被采用：请填写内容分类", f"待甄别 {number}", "反映路灯不亮", "可办理：", "路灯自上月起不亮。")
    seen = {line: case.get_by_text(line).last.evaluate(VISIBLE_HEIGHT) for line in lines}
    assert {line: height for line, height in seen.items() if height < 10} == {}
    assert page.get_by_text("经办人工号").last.evaluate(VISIBLE_HEIGHT) >= 10, "the form begins on the same screen"
