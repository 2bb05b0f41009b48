"""One forward pass for all that is seen of a request, and what is remembered of it."""

from dataclasses import replace
from threading import Barrier, BrokenBarrierError, Thread

import numpy as np
import pytest
from asking import request_of

from cnnviz.core.cache import TOGETHER, Cache
from cnnviz.core.layers import Conv, ReLU
from cnnviz.core.run import BudgetError
from cnnviz.core.weight import weight
from cnnviz.export.stage import gallery, npz, picture, tensors
from cnnviz.inputs.fitted import Fitted
from cnnviz.inputs.patterns import Random
from cnnviz.inputs.read import key, read
from cnnviz.inputs.samples import Digit, Photo
from cnnviz.inputs.sound import LogMel
from cnnviz.networks import forward as networks
from cnnviz.networks.desed import Desed
from cnnviz.networks.forward import run_network
from cnnviz.networks.network import Network
from cnnviz.networks.zoo import LessonB
from cnnviz.scenes import forward, stage_maps
from cnnviz.scenes.build import show
from cnnviz.scenes.forward import run
from cnnviz.scenes.network import Glance
from cnnviz.scenes.request import LayerView, NetworkView, Request, StageView
from cnnviz.scenes.stage import Watch
from cnnviz.scenes.weights import Named, Seeded

SMALL = Request(Desed(activation="glu", nb_filters=(4, 6, 3)), LogMel(seconds=1), Seeded(3))
LESSON = Request(LessonB().network, Fitted(whole=Digit(), shape=(1, 28, 28)))


@pytest.fixture
def stages(monkeypatch):
    """Stages that were applied, in order; nothing is remembered before."""
    applied = []
    once = networks.once

    def counted(layer, *more):
        applied.append(layer)
        return once(layer, *more)

    monkeypatch.setattr(networks, "once", counted)
    TOGETHER.forget()
    return applied


@pytest.fixture(params=["whole", "wanted"])
def kept(request, monkeypatch):
    """All stages are kept, or those that are wanted."""
    if request.param == "wanted":
        monkeypatch.setattr(forward, "WHOLE", 0)


def test_all_views_and_files_of_a_stage_run_the_network_once(stages, kept):
    maps = show(SMALL, StageView("glu1", 2))
    show(SMALL, StageView("glu1", 5, (10, 20)))
    show(SMALL, maps.view.window)
    for make in (npz, tensors, picture, gallery):
        assert make(show(SMALL, StageView("glu1", 2)))
    assert len(stages) == len(SMALL.names)


def test_of_a_small_network_all_views_of_all_stages_run_it_once(stages):
    show(LESSON, NetworkView())
    for stage in LESSON.names:
        show(LESSON, LayerView(stage))
    assert len(stages) == len(LESSON.names)


def test_of_a_large_network_another_stage_runs_those_before_it(stages, monkeypatch):
    monkeypatch.setattr(forward, "WHOLE", 0)
    show(SMALL, StageView("conv0"))
    show(SMALL, StageView("glu0"))
    assert len(stages) == len(SMALL.names) + SMALL.names.index("glu0") + 1
    show(SMALL, StageView("glu0", 3))
    assert len(stages) == len(SMALL.names) + SMALL.names.index("glu0") + 1


def test_who_comes_back_to_a_stage_of_a_large_network_runs_nothing(stages, monkeypatch):
    monkeypatch.setattr(forward, "WHOLE", 0)
    for stage in ("conv0", "glu1"):
        show(SMALL, StageView(stage))
    before = len(stages)
    show(SMALL, StageView("conv0", 1))
    show(SMALL, StageView("glu1"))
    assert len(stages) == before
    monkeypatch.setattr(forward, "MOST_KEPT", 0)  # no room for it
    show(SMALL, StageView("conv1"))
    show(SMALL, StageView("conv0", 2))
    assert len(stages) == before + SMALL.names.index("conv1") + 1 + SMALL.names.index("conv0") + 1


def test_another_channel_or_unit_takes_no_small_pictures_anew(monkeypatch):
    taken = []
    channels_of = stage_maps.channels_of
    monkeypatch.setattr(stage_maps, "channels_of", lambda values: taken.append(1) or channels_of(values))
    TOGETHER.forget()
    for view in (StageView("glu1", 2), StageView("glu1", 3), StageView("glu1", 3, (4, 5)), StageView("glu1", 2)):
        show(SMALL, view)
    assert len(taken) == 1


def test_another_unit_packs_nothing_anew(monkeypatch):
    packed = []
    make_maps = stage_maps.make_maps
    monkeypatch.setattr(stage_maps, "make_maps", lambda *args: packed.append(1) or make_maps(*args))
    TOGETHER.forget()
    blobs = [show(SMALL, StageView("glu1", 2, unit)).blob for unit in (None, (4, 5), (4, 6), (4, 5))]
    assert len(packed) == 1 and blobs[1] == blobs[3] and len(set(blobs)) == 3


def test_another_seed_is_another_pass(stages):
    for seed in (0, 1):
        show(request_of(Conv(), Digit(), seed=seed))
    assert len(stages) == 2


def test_a_true_convolution_is_held_against_the_plain_one_that_was_seen_before(stages):
    plain = request_of(Conv(), Digit(), "sobel_x")
    show(plain)
    shown = show(replace(plain, weights=Named("sobel_x", flipped=True)))
    assert len(stages) == 2
    assert shown.turned == np.abs(shown.done.y[0] - show(plain).done.y[0]).max() > 0


def test_what_is_seen_is_the_same_however_much_is_kept(monkeypatch):
    TOGETHER.forget()
    views = [(SMALL, StageView("glu1", 5, (3, 4))), (SMALL, LayerView("conv2")), (LESSON, NetworkView())]
    whole = [show(*view).blob for view in views]
    monkeypatch.setattr(forward, "WHOLE", 0)
    TOGETHER.forget()
    assert [show(*view).blob for view in views] == whole


def test_a_pass_holds_torchs_numbers_to_the_bit(kept):
    TOGETHER.forget()
    wanted = run_network(SMALL.network, SMALL.input.grid().values[None], 3)
    done = run(SMALL, {"conv1", "pooling2"}, Watch)
    for stage in ("conv1", "pooling2"):
        np.testing.assert_array_equal(done[stage].y[0], wanted[stage].y[0])


def test_what_one_stage_makes_and_the_next_one_reads_counts_once():
    TOGETHER.forget()
    request = request_of(Conv(1, 2), Random(size=(50, 50)), front=(Conv(1, 1),))
    done = run(request)
    weights = sum(x.nbytes for one in done.kept.values() for x in one.state.values())
    numbers = 4 * (50**2 + 48**2 + 2 * 46**2) + weights
    assert 0 <= weight(done) - numbers < 1000  # words


@pytest.mark.parametrize("see", [Watch, Glance])
def test_what_a_witness_keeps_counts(see):
    TOGETHER.forget()
    bare = weight(run(SMALL))
    assert weight(run(SMALL, (), see)) > bare


def test_passes_stay_within_their_bytes(monkeypatch):
    TOGETHER.forget()
    passes = Cache(2 * weight(run(SMALL)), weight)
    monkeypatch.setattr(forward, "_passes", passes)
    for seed in range(5):
        run(replace(SMALL, weights=Seeded(seed)))
    assert len(passes.held) == 2
    assert passes.bytes <= passes.most


def test_an_input_is_made_once_whatever_runs_on_it(monkeypatch):
    TOGETHER.forget()
    made, grid = [], LogMel.grid
    monkeypatch.setattr(LogMel, "grid", lambda source: made.append(source) or grid(source))
    for stride in (1, 2, 3):
        show(request_of(Conv(stride=stride), LogMel(seconds=1)))
    show(Request(LESSON.network, Fitted(whole=LogMel(seconds=1), shape=(1, 28, 28))), NetworkView())
    assert len(made) == 1


def test_what_cannot_run_is_refused_each_time_and_its_input_is_not_made(monkeypatch):
    monkeypatch.setattr(Photo, "grid", lambda source: pytest.fail("made"))
    large = Request(Network((("act", ReLU()),)), Fitted(whole=Photo(), shape=(1, 30_000, 30_000)))
    for _ in range(2):
        with pytest.raises(BudgetError):
            show(large, NetworkView())


def test_equal_numbers_that_are_written_otherwise_are_other_keys():
    assert key(Random(mean=0.0)) != key(Random(mean=-0.0))
    assert read(Random(seed=1)) is read(Random(seed=1))


@pytest.mark.parametrize(("large", "together"), [(True, False), (False, True)])
def test_large_passes_go_one_after_another(monkeypatch, large, together):
    """Small ones need not wait."""
    monkeypatch.setattr(forward, "LARGE", 0 if large else 2**40)
    both, met = Barrier(2), []

    def pass_by(*_):
        try:
            met.append(both.wait(0.5) >= 0)
        except BrokenBarrierError:  # the other one is kept waiting
            met.append(False)
        return {}

    monkeypatch.setattr(forward, "run_beside", pass_by)
    TOGETHER.forget()
    threads = [Thread(target=run, args=(replace(LESSON, weights=Seeded(seed)),)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    TOGETHER.forget()
    assert met == [together, together]
