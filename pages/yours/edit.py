"""Change any number: edit inputs, states and weights by hand, and see what follows."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.edit_view import edit_bar, edit_view
from rnnviz.ui.views import heading, sample_of, title

row = title("Change any number")
edit_bar()
run = current_run()
heading(run, row)
sample = sample_of(run)
edit_view(run, sample)
