"""Reading one model's measurements gives what reading all of them gives."""

from costplan.store.files.throughput import open_throughput, throughput_of


def test_a_models_slice_is_what_the_whole_says_of_it() -> None:
    whole = open_throughput()
    for model in whole.models():
        part = throughput_of(model)
        assert part.models() == [model]
        assert part.accelerators(model) == whole.accelerators(model)
        for accelerator in whole.accelerators(model):
            assert part.cells(model, accelerator) == whole.cells(model, accelerator)


def test_an_unknown_model_finds_them_all_for_the_message() -> None:
    assert throughput_of("nobody/nothing").models() == open_throughput().models()
