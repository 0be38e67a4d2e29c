"""Step through: the net unrolled in time, played update by update."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.head_view import head_view
from rnnviz.ui.player import player
from rnnviz.ui.views import heading, sample_of, still_view, title

row = title("Step through")
run = current_run()
heading(run, row)
sample = sample_of(run)
player(run, sample)
head_view(run, sample)
still_view(run, sample)
