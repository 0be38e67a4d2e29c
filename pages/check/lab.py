"""Bug lab: every known mistake, made on purpose."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.lab_view import lab_view
from rnnviz.ui.views import heading, sample_of, title

row = title("Bug lab")
run = current_run()
heading(run, row)
sample = sample_of(run)
lab_view(run, sample)
