"""Beside torch.nn: where RNNviz and torch agree, and to how many digits."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.views import compare_view, heading

run = current_run()
heading("Beside torch.nn", run)
compare_view(run)
