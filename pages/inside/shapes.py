"""Shapes: what every parameter and tensor measures, and where each returned number comes from."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.shape_view import shape_view
from rnnviz.ui.views import heading, sample_of, title

row = title("Shapes")
run = current_run()
heading(run, row)
sample = sample_of(run)
shape_view(run, sample)
