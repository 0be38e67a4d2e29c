"""Export: everything that can be taken away from a run, in one place."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.export_view import export_view
from rnnviz.ui.views import heading, sample_of, title

row = title("Export")
run = current_run()
heading(run, row)
sample = sample_of(run)
export_view(run, sample)
