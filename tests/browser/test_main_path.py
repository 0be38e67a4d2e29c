"""The main path of a visitor, in a real browser against a real server."""

import io
import re
import urllib.parse
from pathlib import Path

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.engine.weights import random_state
from rnnviz.inputs import one_hot
from tests.browser.driving import (
    badge,
    chart,
    headline,
    heatmap,
    move,
    player_button,
    settle,
    slider,
    texts,
    visit,
)

pytestmark = pytest.mark.browser


def engine_run(text="hello", vocab="helo", *, layers=2, hidden=4, seed=0, batch=1):
    """What the app must show for these settings, by the library."""
    series = one_hot(text, vocab, batch)
    config = rnnviz.RNNConfig(
        input_size=series.input_size, hidden_size=hidden, num_layers=layers, bidirectional=True
    )
    net = rnnviz.build(config, seed)
    x = torch.from_numpy(series.values).float().transpose(0, 1)
    return rnnviz.trace(net, x, random_state(config, batch, seed)), net


def test_first_screen_shows_the_engines_numbers(page, server):
    visit(page, server)
    trace, _ = engine_run()

    assert page.get_by_text("matches torch.nn").is_visible()
    assert badge(page) < 1e-6
    for layer, direction in trace.config.lanes:
        shown = np.array(heatmap(page, f"hidden_{layer}_{direction}"))
        expected = trace.cell(layer, direction).h[:, 0].T
        np.testing.assert_allclose(shown, expected, rtol=1e-6)
    # The numbers that a reader sees are these, to two decimals.
    words = texts(page, "hidden_1_reverse")
    for value in trace.cell(1, "reverse").h[:, 0].flatten().tolist():
        assert f"{value:.2f}".replace("-", "−") in words


def test_layers_and_timestep_move_and_a_reload_gives_the_same_numbers(page, server):
    page.emulate_media(reduced_motion="reduce")
    visit(page, server)
    move(page, "Layers", 1)
    assert page.get_by_text("3-layer bidirectional tanh RNN").is_visible()
    before = heatmap(page, "hidden_2_reverse")
    weights = heatmap(page, "weights")
    player_button(page, "time").click()
    for _ in range(3):
        player_button(page, "One step forward").click()
    place = headline(page)
    assert place == "Everything computed: layer 0, forward, t = 3"

    assert heatmap(page, "hidden_2_reverse") == before
    assert heatmap(page, "weights") == weights
    query = urllib.parse.parse_qs(urllib.parse.urlparse(page.url).query)
    assert query == {"layers": ["3"], "at": ["0.forward.3.0"], "walk": ["time"]}
    visit(page, page.url)
    assert heatmap(page, "hidden_2_reverse") == before
    assert headline(page) == place
    np.testing.assert_allclose(
        before, engine_run(layers=3)[0].cell(2, "reverse").h[:, 0].T, rtol=1e-6
    )


def shown(value):
    """A number as the player writes it in a sentence."""
    return f"{value:.2f}".replace("-", "−")


def test_a_link_opens_a_moment(page, server):
    """Unit 2 of one update, which is neither at the start nor at the end of its lane."""
    visit(page, f"{server}/?at=1.reverse.3.2")
    cell = engine_run()[0].cell(1, "reverse")
    a, h = cell.a[3, 0, 2].item(), cell.h[3, 0, 2].item()

    assert headline(page) == "Update 17 of 20: layer 1, reverse, t = 3"
    sentence = page.locator(".rnnviz .sentence").inner_text()
    assert "h[3][2]" in sentence
    assert sentence.endswith(f"tanh({shown(a)}) ≈ {shown(h)}")
    assert "at=1.reverse.3.2" in page.url


def test_the_moment_is_kept_within_the_sequence(page, server):
    """As is that of a link, and both come back where a change brings back what they need."""
    visit(page, f"{server}/?at=0.reverse.4.0")
    assert headline(page).endswith("layer 0, reverse, t = 4")
    field = page.get_by_role("textbox", name="Text", exact=True)
    field.fill("he")
    field.press("Enter")

    page.get_by_text("T = 2 ").wait_for()
    assert headline(page) == "Update 3 of 8: layer 0, reverse, t = 1"
    visit(page, f"{server}/?text=he&at=0.reverse.4.0")
    assert headline(page).endswith("of 8: layer 0, forward, t = 0")


def test_the_sample_slider_reaches_the_player_and_the_charts(page, server):
    visit(page, f"{server}/?batch=3&at=0.forward.2.1")
    before = page.locator(".rnnviz .sentence").inner_text()
    move(page, "Sample shown", 2)
    h = engine_run(batch=3)[0].cell(0).h[:, 2]  # (seq_len, hidden_size)

    np.testing.assert_allclose(heatmap(page, "hidden_0_forward"), h.T, rtol=1e-6)
    sentence = page.locator(".rnnviz .sentence").inner_text()
    assert sentence != before
    assert sentence.endswith(f"≈ {shown(h[2, 1].item())}")
    assert headline(page).endswith("layer 0, forward, t = 2")
    assert "sample=2" in page.url


@pytest.mark.parametrize(
    "text",
    ["The quick brown fox jumps over it.", "白日依山尽，黄河入海流。"],
    ids=["english", "chinese"],
)
def test_a_typed_sentence_runs_through_three_layers(page, server, text):
    visit(page, f"{server}/?layers=3")
    weights = heatmap(page, "weights")
    field = page.get_by_role("textbox", name="Text", exact=True)
    field.fill(text)
    field.press("Enter")
    settle(page)

    assert page.get_by_text(f"T = {len(text)} ").is_visible()
    assert badge(page) < 1e-6
    # Editing the text alone changes no weight; widening the vocabulary draws them anew.
    assert heatmap(page, "weights") == weights
    page.get_by_role("button", name="Widen the vocabulary").click()
    settle(page)
    vocabulary = page.get_by_role("textbox", name="Its entries").input_value()
    assert set(vocabulary) == set("helo") | set(text)
    assert np.shape(heatmap(page, "weights")) == (4, len(vocabulary) + 1)
    shown = heatmap(page, "hidden_2_forward")
    assert badge(page) < 1e-6
    visit(page, page.url)
    assert heatmap(page, "hidden_2_forward") == shown
    trace, _ = engine_run(text, vocabulary, layers=3)
    np.testing.assert_allclose(shown, trace.cell(2).h[:, 0].T, rtol=1e-5, atol=1e-7)


def test_compare_page_keeps_the_settings(page, server):
    visit(page, f"{server}/?layers=3&seed=7")
    # Until the page is drawn Streamlit does not know which settings go along to the next one.
    page.locator(".rnnviz .readout:not(:empty)").wait_for()
    chart(page, "hidden_0_forward").wait_for()
    settle(page)
    page.get_by_role("link", name="Beside torch.nn").click()
    page.get_by_role("heading", name="Beside torch.nn", level=1).wait_for()
    settle(page)
    # Streamlit writes the settings into the address once the page's controls are there.
    page.wait_for_url(lambda url: "layers=3" in url)
    trace, net = engine_run(layers=3, seed=7)

    assert page.get_by_text("3-layer bidirectional").is_visible()
    assert page.url.split("?")[0].endswith("/compare")
    theirs = rnnviz.compare(trace, net)
    np.testing.assert_allclose(
        np.array(heatmap(page, "comparison", 1)), theirs.output[:, 0].T, rtol=1e-6
    )


def test_downloads_are_the_run(page, server, tmp_path):
    visit(page, f"{server}/?text=hole&seed=3")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Trace (.npz)").click()
    back = rnnviz.load_trace(Path(waiting.value.path()))
    trace, net = engine_run("hole", seed=3)
    np.testing.assert_array_equal(back.output, trace.output)
    assert rnnviz.compare(back, net).equal

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Whole view (.html)").click()
    path = tmp_path / "view.html"
    waiting.value.save_as(path)
    offline = page.context.new_page()
    requests = []
    offline.on("request", lambda request: requests.append(request.url))
    offline.goto(path.as_uri())
    offline.wait_for_selector(".js-plotly-plot .updatemenu-button")
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    state = "() => [...document.querySelectorAll('.js-plotly-plot')].find(p => p._transitionData"
    state += "._frames.length)._fullData.map(d => JSON.stringify(Array.from(d.z || [])))"
    first = offline.evaluate(state)
    offline.locator(".updatemenu-button").first.click()
    offline.wait_for_timeout(2500)
    assert offline.evaluate(state) != first
    offline.close()


def test_a_chart_is_saved_as_svg_with_real_text(page, server):
    visit(page, f"{server}/?width=89+mm")
    chart(page, "hidden_0_forward").hover()
    with page.expect_download() as waiting:
        page.locator(".st-key-chart_hidden_0_forward [data-title^='Download plot']").click()
    svg = Path(waiting.value.path()).read_text("utf-8")
    value = engine_run()[0].cell(0).h[0, 0, 0].item()

    assert waiting.value.suggested_filename == "rnnviz-hidden_0_forward.svg"
    assert re.search(rf"<text[^>]*>\s*{value:.2f}\s*<", svg)
    assert 'width="336"' in svg


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("gap.csv", b"1,2,3\n4,,6\n", "line 2, column 2: a number is missing"),
        ("ragged.csv", b"1,2,3\n4,5\n", "line 2 has 2 numbers, expected 3"),
        ("text.csv", b"1,2\n3,<b>four</b>\n", "expected a number, got '<b>four</b>'"),
        ("empty.csv", b"", "at least one row"),
        ("huge.csv", b"0,1,2,3,4,5,6,7,8,9\n" * 10**6, "at most 1000000 numbers"),
    ],
    ids=["missing", "ragged", "text", "no rows", "ten million"],
)
def test_a_bad_file_gets_one_message_and_the_settings_survive(page, server, name, data, words):
    visit(page, f"{server}/?input=file&layers=3&hidden=5")
    page.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )
    page.get_by_text(words).wait_for()
    settle(page)

    assert page.locator("[data-testid=stSidebar]").get_by_role("alert").count() == 1
    assert page.get_by_role("button", name="Use this file").count() == 0
    assert "layers=3" in page.url
    assert slider(page, "Layers").input_value() == "3"
    assert page.get_by_text("Traceback").count() == 0


def test_words_of_a_visitor_become_no_link(page, server):
    """In a message, in the name of a file and as the name of an input."""
    visit(page, f"{server}/?input=file&file=www.evil.com")
    for name, data, words in (
        ("www.evil.com.csv", b"1,2\n3,www.evil.com\n", "expected a number"),
        ("a@evil.com.csv", b"1,2\n3,http://evil.com\n", "expected a number"),
        ("c.csv", b"www.evil.com,a@evil.com\n1,2\n", "c.csv: 1 timesteps, 2 columns"),
    ):
        page.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(
            {"name": name, "mimeType": "text/csv", "buffer": data}
        )
        page.get_by_text(words).wait_for()
        settle(page)
        assert page.locator("a[href*=evil]").count() == 0
    page.get_by_role("button", name="Use this file").click()
    page.get_by_text("matches torch.nn").wait_for()
    headline(page)
    page.get_by_text("Its states as numbers").click()
    settle(page)
    assert page.get_by_text("evil").count() == 0
    assert page.locator("a[href*=evil]").count() == 0


def test_a_file_travels_as_its_fingerprint(page, new_page, server):
    values = np.linspace(-1, 1, 12).reshape(6, 2)
    file = io.StringIO()
    np.savetxt(file, values, delimiter=",", header="left,right", comments="")
    upload = {"name": "two.csv", "mimeType": "text/csv", "buffer": file.getvalue().encode()}
    visit(page, f"{server}/?input=file")
    page.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(upload)
    page.get_by_text("two.csv: 6 timesteps, 2 columns").wait_for()
    assert "file=" not in page.url
    page.get_by_role("button", name="Use this file").click()
    page.get_by_text("matches torch.nn").wait_for()
    settle(page)
    shown = heatmap(page, "hidden_1_forward")
    assert "file=" in page.url

    other = new_page()
    other.goto(page.url)
    other.get_by_text("did not travel with it").wait_for()
    settle(other)
    other.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(upload)
    other.get_by_text("matches torch.nn").wait_for()
    settle(other)
    assert heatmap(other, "hidden_1_forward") == shown


@pytest.mark.parametrize(
    ("path", "title"), [("/compare", "Beside torch.nn"), ("/", "Step through"), ("/step", "Step")]
)
def test_the_first_visitor_of_a_deep_link_gets_its_page(cold_server, page, path, title):
    visit(page, f"{cold_server}{path}?layers=1&hidden=3")

    assert page.locator("h1").inner_text().startswith(title)
    assert page.get_by_text("1-layer bidirectional").is_visible()
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_role("link", name="Step through").is_visible()
    assert page.get_by_role("link", name="Beside torch.nn").is_visible()


def test_hostile_links_fall_back_to_the_defaults(page, server):
    query = "layers=999&hidden=-3&seed=1e99&activation=<script>&dtype=int8&t=77&weights=__class__"
    moment = "at=9.sideways.1e9.-1&walk=<script>&order=__proto__&all=2&hide=<b>,,map%00,constructor"
    page.emulate_media(reduced_motion="reduce")
    visit(page, f"{server}/?{query}&{moment}&text=" + "h" * 5000)

    assert page.get_by_text("2-layer bidirectional tanh RNN · T = 256").is_visible()
    assert page.get_by_role("alert").count() == 0
    assert headline(page) == "Update 1 of 1024: layer 0, forward, t = 0"
    assert page.locator(".rnnviz section:visible").count() == 7
    assert page.locator(".rnnviz .banner").is_hidden()


def test_a_change_of_page_and_back_keeps_the_view(page, server):
    query = {
        "input": "random numbers",
        "steps": "9",
        "batch": "3",
        "sample": "2",
        "at": "1.forward.5.3",
        "walk": "time",
        "cell": "layer 1, reverse",
        "picture": "PNG",
        "width": "89 mm",
        "range": "this run",
    }
    visit(page, f"{server}/?{urllib.parse.urlencode(query)}")
    numbers, place = heatmap(page, "products"), headline(page)
    assert place == "Everything computed: layer 1, forward, t = 5"
    for name in ("Beside torch.nn", "Step through"):
        page.get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name, level=1).wait_for()
        settle(page)

    assert heatmap(page, "products") == numbers
    assert headline(page) == place
    # Streamlit writes the address once more when the controls of a page are back.
    page.wait_for_timeout(1500)
    there = urllib.parse.parse_qs(urllib.parse.urlparse(page.url).query)
    assert {name: values[0] for name, values in there.items()} == query


def test_more_stays_open_when_a_setting_in_it_changes(page, server):
    visit(page, server)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("spinbutton", name="Seed").fill("1")
    page.keyboard.press("Enter")
    settle(page)
    assert page.get_by_role("spinbutton", name="Seed").is_visible()
    page.get_by_role("combobox", name="Weights").click()
    page.get_by_role("option", name="toggles").click()
    settle(page)

    assert page.get_by_role("spinbutton", name="Seed").is_visible()


def beyond_the_player(page):
    """What of the player lies outside of it or of the screen; what scrolls in itself may."""
    return page.locator(".rnnviz").evaluate(
        """(root) => {
            const outer = root.getBoundingClientRect();
            const right = Math.min(outer.right, innerWidth) + 1;
            const inside = [...root.querySelectorAll("*")].filter(
                (element) => !element.closest(".map-scroll > *, .lines > *, dialog, .items, svg *"),
            );
            const names = [];
            for (const element of [root, ...inside]) {
                const box = element.getBoundingClientRect();
                if (box.width > 1 && (box.right > right || box.left < outer.left - 1)) {
                    names.push(`${element.tagName}.${element.className} ${box.right}`);
                }
            }
            return names;
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_pages_fit_the_screen_in_both_themes(new_page, server, width, scheme):
    """Nothing reaches beyond the screen; player and charts take the page's colours."""
    page = new_page(width, scheme)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path in ("/", "/compare"):
        visit(page, f"{server}{path}?layers=3&text=hello+hello")
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        beyond = page.evaluate(
            """() => {
                const main = document.querySelector("[data-testid=stMain]");
                const charts = [...document.querySelectorAll(".js-plotly-plot")];
                const right = Math.max(...charts.map((c) => c.getBoundingClientRect().right));
                return [main.scrollWidth - main.clientWidth, right - innerWidth];
            }"""
        )
        assert max(beyond) <= 1
        colours = page.evaluate(
            """() => [
                getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor,
                document.querySelector(".js-plotly-plot .main-svg").style.background,
            ]"""
        )
        assert colours[0] == colours[1]
        assert (colours[0] == "rgb(255, 255, 255)") == (scheme == "light")
        if path == "/":
            headline(page)
            ground = "(root) => getComputedStyle(root).backgroundColor"
            assert page.locator(".rnnviz").evaluate(ground) == colours[0]
            assert beyond_the_player(page) == []
