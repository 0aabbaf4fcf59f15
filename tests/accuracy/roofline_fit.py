"""The roofline's coefficients from the shipped runs, and how far off they are on what was left out.

Least squares of the logarithms by Gauss and Newton, runs far off weighing less. The formula stands
here a second time, on arrays; a test holds it to ``costplan.catalog.roofline``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from costplan.catalog.curves import BYTES
from costplan.catalog.roofline import (
    CACHE_READ,
    LARGEST_LOAD,
    LAYER,
    LONGEST_INPUT,
    MOST_ACCELERATORS,
    REACHED,
    REQUEST,
    SPREAD,
    WEIGHTS_READ,
)
from costplan.catalog.throughput import Throughput

SHIPPED = (LAYER, SPREAD, WEIGHTS_READ, CACHE_READ, REACHED, REQUEST)
START = (7e-5, 0.7, 1.0, 0.5, 0.4, 1e-5)
FAMILIES = {
    "deepseek-ai/DeepSeek-R1": "deepseek-ai/DeepSeek-V3",
    "nvidia/DeepSeek-V3.1-NVFP4": "deepseek-ai/DeepSeek-V3",
    "nvidia/Llama-3.1-8B-Instruct-FP8": "meta-llama/Llama-3.1-8B-Instruct",
    "nvidia/Qwen3-32B-NVFP4": "Qwen/Qwen3-32B",
}
"""Models of one architecture are left out together."""


class Runs(NamedTuple):
    """Measured runs: a row each, and the model and accelerator that each is of."""

    rows: Any
    models: Any
    accelerators: Any
    seconds: Any

    def __len__(self) -> int:
        return len(self.seconds)


def runs_of(table: Throughput) -> Runs:
    """The runs within what the roofline answers for."""
    rows, models, accelerators, seconds = [], [], [], []
    for curve in table.curves:
        size, device = table.weights[curve.model], table.devices[curve.accelerator]
        active = float(size.active or size.parameters)
        whole, experts = float(size.parameters), float(size.experts or 0)
        chosen = float(size.chosen or 0)
        each = (whole - active) / (experts - chosen) if experts else 0.0
        bytes_each = float(BYTES[curve.precision])
        bandwidth = float(device.bandwidth) * 1e9
        arithmetic = float(device.arithmetic(curve.precision))
        attention = 4 * float(size.cache) / float(device.arithmetic("bf16"))
        cache = float(size.cache_gb(curve.precision, Decimal(1))) * 1e9
        for gpus, together, tpot, _ in curve.points:
            load, shape = float(together), curve.shape
            if load > LARGEST_LOAD or gpus > MOST_ACCELERATORS or shape.input > LONGEST_INPUT:
                continue
            read = whole
            if experts:
                used = 1 - (1 - chosen / experts) ** load
                read = active - chosen * each + experts * each * used
            prompts, into = load / float(shape.output), float(shape.input)
            rows.append(
                (
                    float(size.layers or 0),
                    float(gpus),
                    read * bytes_each / bandwidth,
                    load * cache * (into + float(shape.output) / 2) / bandwidth,
                    2 * active * (load + prompts * into) / arithmetic
                    + attention * into * into * prompts,
                    load,
                )
            )
            models.append(FAMILIES.get(curve.model, curve.model))
            accelerators.append(curve.accelerator)
            seconds.append(float(tpot) / 1000)
    return Runs(*(np.array(column) for column in (rows, models, accelerators, seconds)))


def predicted(coefficients: Any, rows: Any) -> Any:
    """Seconds a token of each row."""
    layer, spread, weights, cache, reached, request = coefficients
    layers, gpus, read, kept, work, load = rows.T
    shared = gpus**spread
    return (
        layers * layer
        + read / (shared * weights)
        + kept / (shared * cache)
        + work / (gpus * reached)
        + load * request
    )


def fitted(rows: Any, seconds: Any) -> Any:
    """The coefficients with the least errors."""
    place = np.log(np.array(START))
    for _ in range(25):
        errors = np.log(predicted(np.exp(place), rows) / seconds)
        slopes = np.empty((len(errors), len(place)))
        for at in range(len(place)):
            moved = place.copy()
            moved[at] += 1e-5
            slopes[:, at] = (np.log(predicted(np.exp(moved), rows) / seconds) - errors) / 1e-5
        heavy = 1 / np.sqrt(1 + (errors / 0.25) ** 2)
        square = slopes.T @ (slopes * heavy[:, None]) + 0.01 * np.eye(len(place))
        place = place + np.clip(np.linalg.solve(square, -slopes.T @ (heavy * errors)), -0.5, 0.5)
    return np.exp(place)


def left_out(runs: Runs, groups: Any) -> list[Decimal]:
    """Truth over prediction of every run, by coefficients from the other groups alone."""
    ratios = np.empty(len(runs))
    for group in sorted(set(groups)):
        own = groups == group
        coefficients = fitted(runs.rows[~own], runs.seconds[~own])
        # tokens a second go against seconds a token
        ratios[own] = predicted(coefficients, runs.rows[own]) / runs.seconds[own]
    return [Decimal(repr(round(float(ratio), 6))) for ratio in ratios]
