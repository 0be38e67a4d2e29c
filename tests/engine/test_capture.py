"""The recurrent modules of a whole model: their traces are what torch returned in the same run."""

import copy
from collections import defaultdict

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, pad_packed_sequence

import rnnviz
from rnnviz.engine import capture as module_under_test
from tests.engine.test_forward import assert_equal, assert_same_results, make

KINDS = ["RNN", "GRU", "LSTM"]


class Model(nn.Module):
    """The modules given by name, run by a function of the model and what it is called with."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, *args, **kwargs):
        return self.run(self, *args, **kwargs)


def listened(model, *args, **kwargs):
    """What the model returns, and by name what each of its modules returned, call by call."""
    returned, handles = defaultdict(list), []
    for name, module in model.named_modules():
        handles.append(
            module.register_forward_hook(
                lambda _module, _args, output, name=name: returned[name].append(
                    copied_result(output)
                )
            )
        )
    result = model(*args, **kwargs)
    for handle in handles:
        handle.remove()
    return result, returned


def copied_result(result):
    if isinstance(result, torch.Tensor):
        return result.detach().clone()
    if isinstance(result, PackedSequence):
        return result._replace(data=result.data.detach().clone())
    return tuple(copied_result(part) for part in result) if isinstance(result, tuple) else result


def hooks_of(model):
    return [
        hook
        for module in model.modules()
        for hooks in (
            module._forward_hooks,
            module._forward_pre_hooks,
            module._forward_hooks_with_kwargs,
            module._forward_pre_hooks_with_kwargs,
            module._forward_hooks_always_called,
        )
        for hook in hooks.values()
    ]


def net(kind="LSTM", **options):
    return make(kind=kind, **options)[0]


def an_input(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


class EncoderDecoder(nn.Module):
    """An encoder one level down, whose last state starts a cell that runs in a loop."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.encoder = nn.ModuleDict(
            {"embed": nn.Embedding(7, 3), "rnn": nn.GRU(3, 4, num_layers=2, batch_first=True)}
        )
        self.cell, self.head = nn.GRUCell(4, 4), nn.Linear(4, 4)
        self.double()

    def forward(self, tokens, *, steps):
        _, h_n = self.encoder["rnn"](self.encoder["embed"](tokens))
        h, y = h_n[-1], torch.zeros_like(h_n[-1])
        for _ in range(steps):
            h = self.cell(y, h)
            y = self.head(h)
        return y


@torch.no_grad()
def test_an_encoder_and_a_cell_in_a_loop_are_traced_call_by_call():
    model, tokens = EncoderDecoder(), torch.arange(6).view(2, 3)
    traces = rnnviz.capture(model, tokens, steps=3)
    result, returned = listened(model, tokens, steps=3)

    assert list(traces) == ["encoder.rnn", "cell", "cell[1]", "cell[2]"]
    assert_same_results(traces["encoder.rnn"], returned["encoder.rnn"][0])
    for key, output in zip(["cell", "cell[1]", "cell[2]"], returned["cell"], strict=True):
        assert traces[key].of_one_cell
        assert_equal(traces[key].output, output)
        assert rnnviz.compare(traces[key], model.cell).equal
    torch.testing.assert_close(model.head(traces["cell[2]"].output), result)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_name", ["", "hx", "input hx"], ids=["by place", "hx", "both"])
def test_states_are_read_however_they_are_given(kind, by_name):
    rnn, x, hx = make(kind=kind, num_layers=2, bidirectional=True)
    calls = {
        "": lambda model, x, hx: model.rnn(x, hx),
        "hx": lambda model, x, hx: model.rnn(x, hx=hx),
        "input hx": lambda model, x, hx: model.rnn(hx=hx, input=x),
    }
    model = Model(calls[by_name], rnn=rnn)
    traces = rnnviz.capture(model, x, hx=hx)

    assert list(traces) == ["rnn"]
    assert_same_results(traces["rnn"], listened(model, x, hx=hx)[1]["rnn"][0])


@pytest.mark.parametrize("kind", KINDS)
def test_cells_are_captured_with_their_states(kind):
    torch.manual_seed(0)
    cell = getattr(nn, f"{kind}Cell")(3, 4, dtype=torch.float64)
    h, c = an_input(2, 4), an_input(2, 4) + 1
    model = Model(lambda model, *args: model.cell(*args), cell=cell)
    given = (an_input(2, 3), (h, c) if kind == "LSTM" else h)
    traces = rnnviz.capture(model, *given)
    returned = cell(*given)

    assert_equal(traces["cell"].h_n, (returned[0] if kind == "LSTM" else returned).detach())
    if kind == "LSTM":
        assert_equal(traces["cell"].c_n, returned[1].detach())


@pytest.mark.parametrize("kind", KINDS)
def test_packed_input_is_captured(kind):
    rnn, x, hx = make(kind=kind, num_layers=2, bidirectional=True)

    def run(model, samples, hx):
        output, _ = model.rnn(pack_sequence(samples, enforce_sorted=False), hx)
        return pad_packed_sequence(output)[0]

    model, samples = Model(run, rnn=rnn), [x[:3, 0], x[:, 1]]
    trace = rnnviz.capture(model, samples, hx)["rnn"]
    _, returned = listened(model, samples, hx)
    (output, finals) = returned["rnn"][0]

    assert trace.lengths == (3, 5)
    assert_equal(trace.output.data, output.data)
    assert torch.equal(trace.output.batch_sizes, output.batch_sizes)
    assert_equal(trace.h_n, finals[0] if kind == "LSTM" else finals)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one-way", "both-ways"])
def test_dropout_drops_what_the_models_own_run_drops(bidirectional, kind):
    """Each call has its own masks; others draw in between, and torch's state ends up alike."""
    rnn, x, hx = make(kind=kind, num_layers=3, dropout=0.5, bidirectional=bidirectional)

    def run(model, x, hx):
        first = model.rnn(model.drop(x), hx)[0]
        return model.rnn(x, hx)[0] + model.drop(first)

    model = Model(run, rnn=rnn, drop=nn.Dropout(0.3)).train()
    torch.manual_seed(7)
    traces = rnnviz.capture(model, x, hx)
    state = torch.get_rng_state()
    torch.manual_seed(7)
    _, returned = listened(model, x, hx)

    assert list(traces) == ["rnn", "rnn[1]"]
    for trace, result in zip(traces.values(), returned["rnn"], strict=True):
        assert_same_results(trace, result)
        assert rnnviz.compare(trace, rnn).equal
    masks = [trace.cells[0].dropout_mask for trace in traces.values()]
    assert not torch.equal(*masks)
    assert torch.equal(torch.get_rng_state(), state)
    assert model.training


def test_the_mode_is_that_of_the_call():
    """A model may drop numbers in one call alone, whatever its mode is before and after."""
    rnn, x, hx = make(kind="LSTM", num_layers=2, dropout=0.5)

    def run(model, x, hx):
        model.rnn(x, hx)
        model.rnn.train()
        try:
            return model.rnn(x, hx)
        finally:
            model.rnn.eval()

    model = Model(run, rnn=rnn).eval()
    torch.manual_seed(7)
    traces = rnnviz.capture(model, x, hx)
    torch.manual_seed(7)
    _, returned = listened(model, x, hx)

    assert traces["rnn"].cells[0].dropout_mask is None
    assert traces["rnn[1]"].cells[0].dropout_mask is not None
    for trace, result in zip(traces.values(), returned["rnn"], strict=True):
        assert_same_results(trace, result)


def test_dropout_on_another_device_is_refused():
    """Its masks are drawn another way there, so that a trace would hold others."""
    rnn = nn.LSTM(3, 4, num_layers=2, dropout=0.5, device="meta")
    model = Model(lambda model, x: model.rnn(x)[0], rnn=rnn)

    with pytest.raises(NotImplementedError, match=r"dropout of 'rnn' must be on the CPU.*got meta"):
        rnnviz.capture(model, torch.zeros(5, 2, 3, device="meta"))


@torch.no_grad()
def test_weights_are_those_of_the_call():
    rnn, x, hx = make(kind="GRU")

    def run(model, x, hx):
        for _ in range(2):
            x = model.rnn(x, hx)[0][..., :3]
            model.rnn.weight_hh_l0.mul_(0.5)
        return x

    model = Model(run, rnn=rnn)
    traces = rnnviz.capture(copy.deepcopy(model), x, hx)
    _, returned = listened(model, x, hx)

    for trace, result in zip(traces.values(), returned["rnn"], strict=True):
        assert_same_results(trace, result)


@torch.no_grad()
def test_input_and_states_are_those_of_the_call():
    """The model overwrites both in place, before and after."""
    rnn, x, (h_0, c_0) = make(kind="LSTM")

    def run(model, x, h_0, c_0):
        for tensor in (x, h_0, c_0):
            tensor.mul_(2)
        output, _ = model.rnn(x, (h_0, c_0))
        for tensor in (x, h_0, c_0, output):
            tensor.zero_()
        return output

    trace = rnnviz.capture(Model(run, rnn=rnn), x.clone(), h_0.clone(), c_0.clone())["rnn"]

    assert_same_results(trace, rnn(x * 2, (h_0 * 2, c_0 * 2)))
    assert torch.equal(trace.cell(0).x, x * 2)


def test_a_shared_module_stands_under_its_first_name():
    rnn, x, _ = make(kind="GRU", sizes=(5, 2, 4, 4))
    model = Model(lambda model, x: model.second(model.first(x)[0])[0], first=rnn, second=rnn)
    traces = rnnviz.capture(model, x)
    first = rnn(x)

    assert list(traces) == ["first", "first[1]"]
    assert_same_results(traces["first"], first)
    assert_same_results(traces["first[1]"], rnn(first[0]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_is_recurrent_itself_stands_under_its_class(kind):
    rnn, x, hx = make(kind=kind, num_layers=2)
    traces = rnnviz.capture(rnn, x, hx)

    assert list(traces) == [kind]
    assert_same_results(traces[kind], rnn(x, hx))
    assert not hooks_of(rnn)


def make_stack():
    torch.manual_seed(0)
    cells = [nn.GRUCell(3, 4), nn.LSTMCell(4, 2)]
    return rnnviz.CellStack(cells).double()


def test_the_cells_of_a_stack_are_in_its_trace_alone():
    model = Model(lambda model, x: model.stack(x)[0], stack=make_stack())
    traces = rnnviz.capture(model, an_input(5, 2, 3))

    assert list(traces) == ["stack"]
    torch.testing.assert_close(traces["stack"].output, model(an_input(5, 2, 3)).detach())
    assert list(rnnviz.capture(model.stack, an_input(5, 2, 3))) == ["CellStack"]
    assert not hooks_of(model)


def test_a_cell_of_a_stack_that_the_model_calls_is_captured():
    model = Model(lambda model, x: (model.stack(x), model.stack.cells[0](x[0])), stack=make_stack())
    traces = rnnviz.capture(model, an_input(5, 2, 3))

    assert list(traces) == ["stack", "stack.cells.0"]
    assert_equal(traces["stack.cells.0"].output, model(an_input(5, 2, 3))[1].detach())


def test_the_traces_stand_in_the_order_of_the_calls():
    model = Model(lambda model, x: [model.b(x), model.a(x), model.b(x)], a=net("GRU"), b=net("RNN"))

    assert list(rnnviz.capture(model, an_input(5, 2, 3))) == ["b", "a", "b[1]"]


@pytest.mark.parametrize("order", ["rnn rnn rnn[1]", "rnn rnn[1] rnn"])
def test_two_calls_of_one_name_are_refused(order):
    modules = {"rnn": net("GRU"), "rnn[1]": net("RNN")}
    model = Model(lambda model, x: [getattr(model, name)(x) for name in order.split()], **modules)

    with pytest.raises(ValueError, match=r"two calls would be named 'rnn\[1\]': rename"):
        rnnviz.capture(model, an_input(5, 2, 3))
    assert not hooks_of(model)


def test_a_module_named_as_a_second_call_is_told_from_it():
    modules = {"rnn": net("GRU"), "rnn[1]": net("RNN")}
    model = Model(
        lambda model, x: [getattr(model, name)(x) for name in ("rnn[1]", "rnn", "rnn[1]")],
        **modules,
    )

    assert list(rnnviz.capture(model, an_input(5, 2, 3))) == ["rnn[1]", "rnn", "rnn[1][1]"]


def test_what_the_model_raises_passes_through():
    error = KeyError("of the model")

    def run(model, x):
        model.rnn(x)
        raise error

    model = Model(run, rnn=net())
    with pytest.raises(KeyError) as raised:
        rnnviz.capture(model, an_input(5, 2, 3))

    assert raised.value is error
    assert not hasattr(error, "__notes__")
    assert not hooks_of(model)


def test_a_module_that_raises_leaves_no_hook():
    model = Model(lambda model, x: model.rnn(x), rnn=net())
    with pytest.raises(RuntimeError, match=r"input\.size\(-1\) must be equal to input_size"):
        rnnviz.capture(model, an_input(5, 2, 9))

    assert not hooks_of(model)


def test_a_call_that_failed_is_no_call():
    def run(model, x):
        try:
            model.rnn(x.float())
        except ValueError:
            return model.rnn(x)[0], model.rnn(x)[0]

    model = Model(run, rnn=net("GRU"))
    traces = rnnviz.capture(model, an_input(5, 2, 3))

    assert list(traces) == ["rnn", "rnn[1]"]
    assert_equal(traces["rnn"].output, model(an_input(5, 2, 3))[0].detach())


def test_hooks_of_others_stay_and_those_before_a_call_are_refused():
    model = Model(lambda model, x: model.rnn(x)[0], rnn=net())
    doubled = model.rnn.register_forward_hook(lambda *call: (call[2][0] * 2, call[2][1]))
    trace = rnnviz.capture(model, an_input(5, 2, 3))["rnn"]

    assert hooks_of(model) == [model.rnn._forward_hooks[doubled.id]]
    torch.testing.assert_close(trace.output * 2, model(an_input(5, 2, 3)).detach())
    model.rnn.register_forward_pre_hook(lambda *_: None)
    with pytest.raises(NotImplementedError, match="hooks that run before each call"):
        rnnviz.capture(model, an_input(5, 2, 3))
    assert len(hooks_of(model)) == 2


@torch.no_grad()
def test_a_hook_of_others_cannot_change_what_was_read():
    model = Model(lambda model, x: model.rnn(x)[0], rnn=net())

    def zero(_module, args, _output):
        args[0].zero_()

    model.rnn.register_forward_hook(zero)
    x = an_input(5, 2, 3)
    trace = rnnviz.capture(model, x)["rnn"]

    assert not x.any()
    assert torch.equal(trace.cell(0).x, an_input(5, 2, 3))


def test_a_failing_hook_of_others_is_survived(recwarn):
    """A pre-hook that comes before ours fails, the model goes on; torch would warn of our error."""

    def fail(*_):
        raise LookupError

    def run(model, x):
        try:
            model.other(x)
        except LookupError:
            return model.rnn(x)

    model = Model(run, rnn=net(), other=net())
    model.other.register_forward_pre_hook(fail)

    assert list(rnnviz.capture(model, an_input(5, 2, 3))) == ["rnn"]
    assert not recwarn.list


def test_gradients_of_the_model_are_left_alone():
    """A backward of the model inside or after the run is what it is without capture."""
    torch.manual_seed(0)
    kept = []

    def run(model, x):
        kept.append(model.rnn(model.below(x))[0])
        return kept[-1]

    model = Model(run, below=nn.Linear(3, 3).double(), rnn=net())
    trace = rnnviz.capture(model, an_input(5, 2, 3))["rnn"]

    assert all(parameter.grad is None for parameter in model.parameters())
    arrays = [array for cell in trace.cells for _, array in cell.arrays()]
    assert not any(array.requires_grad for array in [*arrays, trace.output, trace.h_n, trace.c_n])
    kept.pop().sum().backward()
    ours = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad()
    model(an_input(5, 2, 3)).sum().backward()
    for grad, parameter in zip(ours, model.parameters(), strict=True):
        assert torch.equal(grad, parameter.grad)


def test_a_parametrization_goes_on_no_further_than_in_the_models_own_run():
    """spectral_norm in training changes its vectors each time that a weight is read."""
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        rnn = nn.utils.parametrizations.spectral_norm(net("GRU"), "weight_hh_l0")
        models.append(Model(lambda model, x: model.rnn(model.rnn(x)[0][..., :3]), rnn=rnn).train())
    model, alone = models
    traces = rnnviz.capture(model, an_input(5, 2, 3))
    _, returned = listened(alone, an_input(5, 2, 3))

    for trace, result in zip(traces.values(), returned["rnn"], strict=True):
        assert_same_results(trace, result)
    for ours, theirs in zip(model.buffers(), alone.buffers(), strict=True):
        assert torch.equal(ours, theirs)
    assert all(module.training for module in model.modules())


def test_a_model_run_in_inference_mode_is_captured():
    model = Model(lambda model, x: model.rnn(x * 2)[0], rnn=net("GRU"))
    with torch.inference_mode():
        trace = rnnviz.capture(model, an_input(5, 2, 3))["rnn"]

    assert not any(array.is_inference() for _, array in trace.cell(0).arrays())
    assert_equal(trace.output, model(an_input(5, 2, 3)).detach())


def test_the_model_runs_once_with_all_it_is_given():
    calls = []
    model = Model(lambda *given, **named: calls.append((given[1:], named)), rnn=net())
    with pytest.raises(ValueError, match="called none"):
        rnnviz.capture(model, 1, "two", model=3, max_bytes=4)

    assert calls == [((1, "two"), {"model": 3, "max_bytes": 4})]


def test_all_traces_share_one_budget(monkeypatch):
    calls = [1, 2, 3]
    model = Model(lambda model, x: [model.rnn(x) for _ in calls], rnn=net())
    x = an_input(5, 2, 3)
    size = rnnviz.trace(model.rnn, x).nbytes
    monkeypatch.setattr(module_under_test, "LIBRARY_MAX_BYTES", 3 * size)
    assert len(rnnviz.capture(model, x)) == 3
    monkeypatch.setattr(module_under_test, "LIBRARY_MAX_BYTES", 3 * size - 1)
    calls.append("after the first that is refused")

    with pytest.raises(ValueError, match=f"take {size:,} bytes, more than the {size - 1:,}") as one:
        rnnviz.capture(model, x)
    assert one.value.__notes__ == [
        "This was 'rnn[2]' of the model; the traces of all its calls together may take "
        f"{3 * size - 1:,} bytes."
    ]
    assert not hooks_of(model)


def test_a_refused_trace_is_no_error_of_the_models():
    """The model catches what its modules raise, and must not catch what a trace does."""

    class Own(nn.LSTM):
        def forward(self, sequence):
            return super().forward(sequence)

    ends = []

    def run(model, x):
        try:
            model.own(sequence=x)
        except TypeError:
            ends.append("caught")
        model.rnn(x)
        ends.append("done")

    torch.manual_seed(0)
    model = Model(run, own=Own(3, 4, num_layers=2, dropout=0.5).double(), rnn=net())
    with pytest.raises(TypeError, match=r"has a forward of its own\."):
        rnnviz.capture(model, an_input(5, 2, 3))

    assert ends == ["done"]


def test_a_model_without_recurrent_modules_is_refused():
    calls = []
    model = Model(lambda *_: calls.append(1), linear=nn.Linear(3, 4))
    with pytest.raises(ValueError, match=r"must hold a torch\.nn\.RNN, .*Model holds none"):
        rnnviz.capture(model)

    assert not calls


def test_a_model_that_calls_none_is_refused():
    model = Model(lambda model, x: model.a.forward(x), a=net(), b=net())
    with pytest.raises(ValueError, match="its recurrent modules, a, b; it called none"):
        rnnviz.capture(model, an_input(5, 2, 3))

    assert not hooks_of(model)


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module, got function"):
        rnnviz.capture(make)
