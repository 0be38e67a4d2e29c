"""Charts of other pages, kept for the page of exports."""

import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest


def page():
    """What AppTest runs: more charts than are kept, one of them twice, and one of the run."""
    import plotly.graph_objects as go
    import streamlit as st

    from rnnviz.ui.kept_charts import MAX_KEPT, kept_charts
    from rnnviz.ui.settings import current_settings, start_settings
    from rnnviz.ui.views import chart

    start_settings()

    def drawn(title):
        return go.Figure(layout={"title": {"text": title}, "meta": {"alt": title}})

    for k in range(MAX_KEPT):
        chart(drawn(f"chart <b>{k}</b>"), f"k{k}", kept_of=current_settings())
    with st.container():
        chart(drawn("of the run"), "gates")
    st.session_state["first"] = list(kept_charts())
    chart(drawn("another"), "more", kept_of=current_settings())
    st.session_state["names"] = [one.name for one in kept_charts().values()]


def test_the_oldest_gives_way_and_what_a_run_gives_is_not_kept():
    at = AppTest.from_function(page, default_timeout=60)
    at.run()

    assert not at.exception
    assert at.session_state["first"] == [f"k{k}" for k in range(6)]
    assert at.session_state["names"][0] == "chart 1 (as it was drawn last)"
    assert at.session_state["names"][-1] == "another (as it was drawn last)"
    assert len(at.session_state["names"]) == 6


def test_a_chart_drawn_again_takes_the_place_of_the_first():
    def page():
        import plotly.graph_objects as go

        from rnnviz.ui.kept_charts import keep_chart

        for title in ("one", "two"):
            keep_chart(go.Figure(layout={"title": {"text": title}}), "same", None)

    at = AppTest.from_function(page, default_timeout=60).run()
    (kept,) = at.session_state["_kept_charts"].values()

    assert isinstance(kept.figure, go.Figure)
    assert kept.name.startswith("two")
