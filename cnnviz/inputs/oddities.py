"""What is odd about an input: silence, a wrong scale, channels that cancel, a map that is constant or mere rounding."""

import numpy as np

from cnnviz.inputs.base import Array, Notice
from cnnviz.inputs.loudness import Loudness
from cnnviz.text import Message

FULL_SCALES = (1, 32_768, 8_388_608, 2_147_483_648)  # of floats, and of int16, int24 and int32 kept as floats
TOO_LOUD = 4.0  # times full scale: decoders and mixes overshoot, but not by so much
STEP = 1 / 32_768  # of 16 bits
CANCELLED = 1_000  # times fainter than its channels is a mean that says nothing of them
ROUNDING = 1e-6  # of the largest number: float32 holds seven digits
LOUDEST_LEVEL = 0.01  # share of cells that lie at the very top of a map which was cut off there


def of_samples(loud: Loudness, full_scale: int) -> tuple[Notice, ...]:
    """What is odd about the samples of a sound, before anything is drawn."""
    mean, most, channels = loud.mixed, loud.channels_peak, loud.channels
    if not most:
        return (Notice(Message("Every sample is 0: this is silence, and the map below shows nothing of a sound.")),)
    if most > TOO_LOUD:
        return (too_loud(most * full_scale, full_scale),)
    if mean * CANCELLED < most:
        cancel = Message(
            "The {channels} channels cancel each other: they reach {most:.3g}, and their mean {mean:.3g}. "
            "Listen to one of them.",
            channels=channels,
            most=most,
            mean=mean,
        )
        first = (Message("Listen to the first"), {"mix": "first"})
        return (Notice(cancel, (first, (Message("Listen to the second"), {"mix": "second"}))),)
    return (too_faint(most, full_scale),) if most < 2 * STEP else ()


def too_loud(reach: float, full_scale: int) -> Notice:
    """Samples that were not divided, or not enough."""
    larger = [scale for scale in FULL_SCALES if scale > full_scale and reach <= 1.01 * scale]
    if not larger:
        return Notice(
            Message(
                "Samples reach {reach:,.6g} and full scale is {full_scale:,}: the log-mel cuts off what is so loud, "
                "scale them before you save them.",
                reach=reach,
                full_scale=full_scale,
            )
        )
    said = Message(
        "Samples reach {reach:,.6g} and full scale is {full_scale:,}: the log-mel cuts off what is so loud, divide "
        "them.",
        reach=reach,
        full_scale=full_scale,
    )
    return Notice(said, ((Message("Divide by {scale:,}", scale=larger[0]), {"full_scale": larger[0]}),))


def too_faint(most: float, full_scale: int) -> Notice:
    """Samples that are no more than rounding."""
    places = {"most": most, "decibels": 20 * np.log10(most)}
    if full_scale > 1:
        said = Message(
            "Samples reach {most:.3g} of full scale ({decibels:.0f} dB), no more than the last bit of 16: "
            "what is drawn is rounding noise, do not divide.",
            **places,
        )
        return Notice(said, ((Message("Do not divide"), {"full_scale": 1}),))
    return Notice(
        Message(
            "Samples reach {most:.3g} of full scale ({decibels:.0f} dB), no more than the last bit of 16: "
            "what is drawn is rounding noise.",
            **places,
        )
    )


def of_values(values: Array) -> tuple[Notice, ...]:
    """What is odd about a map as it came: it is constant, or its numbers differ by rounding alone."""
    finite = values[np.isfinite(values)]
    if finite.size < 2:
        return ()
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        said = Message(
            "All {count:,} numbers are {low:.6g}: a constant map, in which nothing can be seen.",
            count=finite.size,
            low=low,
        )
        return (Notice(said),)
    if high - low < ROUNDING * max(abs(low), abs(high)):
        said = Message(
            "The numbers differ by {spread:.2g} at {high:.6g}, which is rounding alone: "
            "a constant map, whose colours mean nothing.",
            spread=high - low,
            high=high,
        )
        return (Notice(said),)
    return ()


def of_levels(values: Array) -> tuple[Notice, ...]:
    """What is odd about a map of levels that were kept between two limits: all or many lie at the upper one."""
    low, high = values.min(), values.max()
    if low == high:
        return (
            Notice(Message("All levels are the same, below -50 dB or above 80 dB: nothing of the sound can be seen.")),
        )
    share = float((values == high).mean())
    if share > LOUDEST_LEVEL and (values == high).sum() > 4:
        said = Message(
            "{share:.0%} of the cells are cut off at the loudest level, 80 dB: make the sound fainter.", share=share
        )
        return (Notice(said),)
    return ()
