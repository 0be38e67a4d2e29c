"""Beside torch.nn: where RNNviz and torch agree, and to how many digits."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.views import compare_view, heading, title

row = title("Beside torch.nn")
run = current_run()
heading(run, row)
compare_view(run)
