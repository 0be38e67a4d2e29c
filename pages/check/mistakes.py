"""Why doesn't mine match?: the mistake that makes exactly a visitor's numbers."""

from rnnviz.ui.cache import current_run
from rnnviz.ui.diagnosis_view import diagnosis_view
from rnnviz.ui.views import heading, title

row = title("Why doesn't mine match?")
run = current_run()
heading(run, row)
diagnosis_view(run)
