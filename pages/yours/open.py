"""Open a net: a model out of a file, recognised, and looked into like any other."""

from rnnviz.ui.open_view import open_view
from rnnviz.ui.views import title

title("Open a net")
open_view()
