"""The page that holds RNNviz against torch.nn."""

import pytest

COMPARE = "../../pages/check/compare.py"


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_it_shows_the_whole_output_and_each_cell(visit, dtype):
    page = visit(dtype=dtype, layers=2)
    page.at.switch_page(COMPARE).run()

    assert not page.at.exception
    assert page.at.title[0].value == "Beside torch.nn"
    assert dtype in page.captions()
    assert [metric.label for metric in page.at.metric] == [
        "output: max |difference|",
        "h_n: max |difference|",
        "counts as equal up to",
    ]
    assert float(page.at.metric[0].value) <= float(page.at.metric[2].value)
    before = page.titles()
    page.at.selectbox(key="cell").set_value("layer 1, reverse").run()
    assert "layer 1, reverse" in page.titles()[-1]
    assert page.titles()[:-1] == before[:-1]
