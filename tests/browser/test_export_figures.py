"""Pictures drawn without a browser beside the browser's own: the same moment, the same map."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from rnnviz.exports.drawing import Drawer
from rnnviz.exports.ink import ink_of
from rnnviz.exports.shot import Shot
from rnnviz.exports.still import still, still_bytes
from rnnviz.figures.presets import PRESETS
from rnnviz.scene.blob import Words, pack
from tests.browser.driving import settle, visit
from tests.browser.player_driving import canvas_of, made, map_items, opened
from tests.exports.pictured import by_poppler, near

QUERY = {"layers": 2, "hidden": 5, "direction": "bidirectional", "seed": 3}
MOMENT = "1.reverse.2.3"
# What no painter paints.
OF_POINTER = ("hit", "box", "key", "from", "texture")


def link(server, **more):
    query = "&".join(f"{name}={value}" for name, value in (QUERY | more).items())
    return f"{server}/?{query}"


def drawer():
    run = made(QUERY)
    return Drawer(pack(run.trace, [cell.h for cell in run.trace.cells], words=Words("hello")))


def painted(items):
    return [
        {name: value for name, value in item.items() if name not in OF_POINTER} for item in items
    ]


def test_the_map_is_the_one_of_the_browser(page, server):
    """Item by item, heats by their place; their colours are held against the record elsewhere."""
    player = opened(page, link(server, at=MOMENT))
    canvas = canvas_of(player, "map")
    width = canvas.evaluate("canvas => canvas.clientWidth")
    with drawer() as draw:
        ours = draw.draw(Shot(view="map", at=MOMENT, legend=False), ink_of(PRESETS["web"]), width)
    theirs = painted(map_items(player))
    ours = [
        {name: value for name, value in item.items() if name not in ("columns", "rows", "colors")}
        for item in ours.items
    ]

    assert len(ours) == len(theirs) > 200
    for one, other in zip(ours, theirs, strict=True):
        assert one == other


def test_a_pdf_has_the_colours_of_the_screen(page, server, tmp_path):
    """The screen's pixels and poppler's, at the middle of every state and input."""
    player = opened(page, link(server, at=MOMENT))
    canvas = canvas_of(player, "map")
    width = canvas.evaluate("canvas => canvas.clientWidth")
    screen = Image.open(BytesIO(canvas.screenshot())).convert("RGB")
    heats = [item for item in map_items(player) if item["kind"] == "heat"]
    with drawer() as draw:
        picture = still(draw, Shot(view="map", at=MOMENT, legend=False), PRESETS["wide"])
    image = by_poppler(tmp_path, still_bytes(picture, "pdf"), 2400)
    own = [item for item in picture.drawing.items if item["kind"] == "heat"]
    ratio, scale = screen.width / width, image.width / picture.drawing.width

    assert len(own) == len(heats) > 20
    for item, other in zip(own, heats, strict=True):
        for row in range(item["rows"]):
            share = (row + 0.5) / item["rows"]
            places = [
                ((one["x"] + one["width"] / 2) * by, (one["y"] + one["height"] * share) * by)
                for one, by in ((item, scale), (other, ratio))
            ]
            (x, y), (left, top) = places
            # Of a cell 4 pixels high the screen's outline covers one of the two at its middle.
            theirs = [screen.getpixel((int(left), int(top) + by)) for by in (0, 1)]
            ours = image.getpixel((int(x), int(y)))
            assert any(near(ours, one, 10) for one in theirs), (item["x"], row)


def test_a_figure_is_previewed_and_saved(page, server):
    """From the page: a PDF of the moment in the link, and what is said of one that does not fit."""
    query = "&".join(f"{name}={value}" for name, value in QUERY.items())
    visit(page, f"{server}/export?{query}&at={MOMENT}")
    preview = page.get_by_alt_text("The picture at its true size")
    expect(preview).to_be_visible()
    size = preview.bounding_box()

    assert abs(size["width"] - 89 / 25.4 * 96) < 2
    expect(page.get_by_text("Unrolled map at layer 1, reverse, timestep 2")).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert got.value.suggested_filename == "rnnviz-map-column.pdf"
    assert open(got.value.path(), "rb").read(5) == b"%PDF-"
    page.get_by_role("combobox", name="For").click()
    page.get_by_role("option", name="Slide 16:9").click()
    settle(page)
    page.get_by_role("combobox", name="View").click()
    page.get_by_role("option", name="Map, anatomy and sum").click()
    settle(page)
    expect(page.get_by_text("with text of 18 pt the view whole would be")).to_be_visible()
    expect(preview).to_have_count(0)
