"""Gates: what every gate of a cell lets through, and how decided it is."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.gate_view import gate_view
from rnnviz.ui.views import heading, sample_of, title

row = title("Gates")
run = current_run()
heading(run, row)
sample = sample_of(run)
gate_view(run, sample)
