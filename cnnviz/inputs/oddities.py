"""What is odd about an input: silence, a wrong scale, channels that cancel, a map that is constant or mere rounding."""

import numpy as np

from cnnviz.inputs.base import Array, Notice
from cnnviz.inputs.loudness import Loudness

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
        return (Notice("Every sample is 0: this is silence, and the map below shows nothing of a sound."),)
    if most > TOO_LOUD:
        reach = f"Samples reach {most * full_scale:,.6g} and full scale is {full_scale:,}"
        larger = [scale for scale in FULL_SCALES if scale > full_scale and most * full_scale <= 1.01 * scale]
        fixes = tuple((f"Divide by {scale:,}", {"full_scale": scale}) for scale in larger[:1])
        out = "divide them" if fixes else "scale them before you save them"
        return (Notice(f"{reach}: the log-mel cuts off what is so loud, {out}.", fixes),)
    if mean * CANCELLED < most:
        cancel = f"The {channels} channels cancel each other: they reach {most:.3g}, and their mean {mean:.3g}."
        each = tuple((f"Listen to the {one}", {"mix": one}) for one in ("first", "second"))
        return (Notice(f"{cancel} Listen to one of them.", each),)
    if most < 2 * STEP:
        decibels = 20 * np.log10(most)
        fixes = (("Do not divide", {"full_scale": 1}),) if full_scale > 1 else ()
        return (
            Notice(
                f"Samples reach {most:.3g} of full scale ({decibels:.0f} dB), no more than the last bit of 16: "
                f"what is drawn is rounding noise{', do not divide' * bool(fixes)}.",
                fixes,
            ),
        )
    return ()


def of_values(values: Array, what: str = "numbers") -> tuple[Notice, ...]:
    """What is odd about a map as it came: it is constant, or its numbers differ by rounding alone."""
    finite = values[np.isfinite(values)]
    if finite.size < 2:
        return ()
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return (Notice(f"All {finite.size:,} {what} are {low:.6g}: a constant map, in which nothing can be seen."),)
    if high - low < ROUNDING * max(abs(low), abs(high)):
        return (
            Notice(
                f"The {what} differ by {high - low:.2g} at {high:.6g}, which is rounding alone: "
                "a constant map, whose colours mean nothing."
            ),
        )
    return ()


def of_levels(values: Array) -> tuple[Notice, ...]:
    """What is odd about a map of levels that were kept between two limits: all or many lie at the upper one."""
    low, high = values.min(), values.max()
    if low == high:
        return (Notice("All levels are the same, below -50 dB or above 80 dB: nothing of the sound can be seen."),)
    share = float((values == high).mean())
    if share > LOUDEST_LEVEL and (values == high).sum() > 4:
        return (Notice(f"{share:.0%} of the cells are cut off at the loudest level, 80 dB: make the sound fainter."),)
    return ()
