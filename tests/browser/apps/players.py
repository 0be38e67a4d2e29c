"""Two players on one page: the run of the first screen, and one whose input holds no numbers."""

from dataclasses import replace

import numpy as np
import streamlit as st
import torch

import rnnviz
from rnnviz.ui.cache import make_run
from rnnviz.ui.player import player
from rnnviz.ui.settings import DEFAULTS, Settings, start_settings

st.set_page_config(layout="wide")
start_settings()
settings = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})
player(make_run(settings, ("", b"")), name="first", linked=False)

# At t = 1 an infinity, which tanh turns into 1 or -1; at t = 3 NaN, which stays to the end.
torch.manual_seed(0)
net = torch.nn.RNN(3, 4)
x = torch.linspace(-1, 1, 15).reshape(5, 1, 3)
x[1, 0, 0] = np.inf
x[3, 0, 2] = np.nan
trace = rnnviz.trace(net, x)
broken = replace(
    make_run(replace(settings, input="sine waves", direction="forward only"), ("", b"")),
    settings=replace(settings, file="broken"),
    trace=trace.numpy(),
    comparison=rnnviz.compare(trace, net).numpy(),
)
player(broken, name="second", linked=False)
