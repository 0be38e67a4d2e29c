"""Step through: the net unrolled in time, one timestep in the light."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.downloads import downloads
from rnnviz.ui.views import heading, look, step_view

run = current_run()
heading("Step through", run)
step_view(run)
downloads(run, look(run))
