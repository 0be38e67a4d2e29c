"""Nets with gates, one a page: `?net=` names which."""

from dataclasses import replace

import streamlit as st
import torch
from torch.nn.utils.rnn import pack_padded_sequence

import rnnviz
from rnnviz.ui.cache import make_run
from rnnviz.ui.player import player
from rnnviz.ui.settings import DEFAULTS, Settings, start_settings

NETS = {
    "lstm": (torch.nn.LSTM, {"num_layers": 2, "bidirectional": True}),
    "proj": (torch.nn.LSTM, {"num_layers": 2, "bidirectional": True, "proj_size": 2}),
    "gru": (torch.nn.GRU, {"num_layers": 2, "bidirectional": True}),
    "large": (torch.nn.LSTM, {"num_layers": 2, "bidirectional": True, "hidden_size": 48}),
    "dropped": (torch.nn.GRU, {"num_layers": 2, "dropout": 0.5}),
    "packed": (torch.nn.LSTM, {"bidirectional": True}),
}


def net_and_input(name):
    """The net of that name with random weights, its input and its initial states."""
    torch.manual_seed(3)
    kind, options = NETS[name]
    net = kind(3, **({"hidden_size": 4} | options))
    batch = 3 if name == "packed" else 1
    x = torch.randn(5, batch, 3)
    rows = net.num_layers * (1 + net.bidirectional)
    h_0 = torch.randn(rows, batch, net.proj_size or net.hidden_size)
    c_0 = torch.randn(rows, batch, net.hidden_size)
    if name == "packed":
        x = pack_padded_sequence(x, torch.tensor([3, 5, 2]), enforce_sorted=False)
    return net, x, (h_0, c_0) if net.mode == "LSTM" else h_0


def traced(name):
    """The net and its record."""
    net, x, hx = net_and_input(name)
    return net, rnnviz.trace(net, x, hx)


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    start_settings()
    wanted = st.query_params.get("net", "lstm")
    settings = Settings(**{name: DEFAULTS[name] for name in Settings.__dataclass_fields__})
    module, record = traced(wanted)
    made = replace(
        make_run(replace(settings, input="sine waves"), ("", b"")),
        settings=replace(settings, file=wanted),
        trace=record.numpy(),
        comparison=rnnviz.compare(record, module).numpy(),
    )
    player(made)
