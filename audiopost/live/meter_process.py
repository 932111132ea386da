"""The meter process: measures what the device puts into the meter rings, thirty times a second.

Nothing waits for it: a ring that it does not empty in time loses frames, which its reading says.
"""

from __future__ import annotations

import os
import time

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.energy_map import EnergyMap
from audiopost.layouts import Layout, ambisonic_order, scene_within
from audiopost.live.channel import Channel
from audiopost.live.memory import Segment
from audiopost.live.messages import (
    Done,
    Hello,
    Label,
    LabelsRead,
    Message,
    Quit,
    ReadLabels,
    ResetMeters,
    Setup,
    Unwatch,
    Watch,
)
from audiopost.live.meter_board import METERED_CHANNELS
from audiopost.live.ring import AudioRing
from audiopost.live.session import SessionMemory, SessionPlan
from audiopost.live.spectrum import Spectrum
from audiopost.loudness.labelled import LabelLoudness, by_label
from audiopost.loudness.meter import LoudnessMeter

__all__ = ["MeterProcess", "PointMeter"]

EVERY_S = 1.0 / 30.0
PIECE_FRAMES = 8192
SLOW_EVERY = 15
"""Publications between two looks at integrated loudness and range, whose cost grows with the programme."""

CORRELATION_S = 0.3


class PointMeter:
    """All measures of one point."""

    def __init__(self, point: str, ring: AudioRing, layout: Layout, sample_rate: int) -> None:
        self.point = point
        self.ring = ring
        self._loudness = LoudnessMeter(sample_rate, layout)
        self._spectrum = Spectrum(layout.channels, sample_rate)
        order = ambisonic_order(scene_within(layout))
        self._map = None if order is None else EnergyMap(order, sample_rate)
        self._sample_rate = sample_rate
        self._piece: AudioBlock = np.empty((layout.channels, PIECE_FRAMES), np.float32)
        self._peaks = np.zeros(min(layout.channels, METERED_CHANNELS))
        self._slow: dict[str, float | None] = {}
        self._turn = 0
        self._products = np.zeros(3)
        self._labels: list[tuple[float, str]] = []

    def label(self, name: str) -> None:
        """What is heard from now on has this name."""
        self.take()
        self._labels.append((self._loudness.frames / self._sample_rate, name))

    def by_label(self) -> tuple[LabelLoudness, ...]:
        """How loud it was under each."""
        self.take()
        duration_s = self._loudness.frames / self._sample_rate
        return by_label(self._loudness.history(), self._labels, duration_s)

    def reset(self) -> None:
        """Forget everything but the label that holds."""
        self._labels = [(0.0, self._labels[-1][1])] if self._labels else []
        self._loudness.reset()
        self._slow = {}
        self._turn = 0

    def take(self) -> bool:
        """Measure what has come; whether there was anything."""
        self._peaks.fill(0.0)
        heard = False
        while got := self.ring.read(self._piece):
            block = np.ascontiguousarray(self._piece[:, :got])
            self._loudness.process(block)
            self._spectrum.process(block)
            if self._map is not None:
                self._map.process(block)
            np.maximum(self._peaks, np.abs(block[:METERED_CHANNELS]).max(axis=1), out=self._peaks)
            self._correlate(block)
            heard = True
        return heard

    @property
    def figures(self) -> dict[str, float | None]:
        """The readings as they stand."""
        meter = self._loudness
        if self._turn % SLOW_EVERY == 0:
            self._slow = {
                "integrated_lufs": meter.integrated_lufs,
                "loudness_range_lu": meter.loudness_range_lu,
            }
        self._turn += 1
        return {
            "frames": meter.frames,
            "momentary_lufs": meter.momentary_lufs,
            "short_term_lufs": meter.short_term_lufs,
            "momentary_max_lufs": meter.momentary_max_lufs,
            "short_term_max_lufs": meter.short_term_max_lufs,
            "true_peak_dbtp": meter.true_peak_dbtp,
            "sample_peak_dbfs": meter.sample_peak_dbfs,
            "correlation": self._correlation,
            "channels": float(meter.layout.channels),
            "lost_frames": float(self.ring.refused),
            **self._slow,
        }

    @property
    def peaks(self) -> NDArray[np.float64]:
        """Largest sample of each channel since the last `take`."""
        return self._peaks

    @property
    def spectrum(self) -> NDArray[np.float64]:
        """Power in each band."""
        return self._spectrum.powers

    @property
    def energy(self) -> NDArray[np.float64] | None:
        """Power from each direction; None for what is no scene."""
        return None if self._map is None else self._map.powers

    @property
    def _correlation(self) -> float | None:
        left, right, both = self._products
        return float(both / np.sqrt(left * right)) if left > 1e-12 and right > 1e-12 else None

    def _correlate(self, block: AudioBlock) -> None:
        if block.shape[0] < 2:
            return
        kept = np.exp(-block.shape[1] / (CORRELATION_S * self._sample_rate))
        left, right = block[0], block[1]
        now = np.array([np.dot(left, left), np.dot(right, right), np.dot(left, right)], np.float64)
        self._products = self._products * kept + now


class MeterProcess:
    """One loop: messages, meters, sleep."""

    def __init__(self, channel: Channel, segment: Segment) -> None:
        self._channel = channel
        self._segment = segment
        self._memory: SessionMemory | None = None
        self._meters: dict[int, PointMeter] = {}
        self._over = False

    def run(self) -> None:
        """Serve until told to quit. Raises EOFError when control is gone."""
        self._channel.send(Hello(0, os.getpid()))
        due = time.monotonic()
        while not self._over:
            if self._channel.poll(max(0.0, due - time.monotonic()) if self._meters else None):
                for message in self._channel.receive():
                    self._obey(message)
            if time.monotonic() >= due:
                self._measure()
                due = max(due + EVERY_S, time.monotonic())

    def _obey(self, message: Message) -> None:
        match message:
            case Setup(plan=SessionPlan() as plan):
                self._memory = SessionMemory(self._segment, plan)
                self._channel.send(Done(message.ticket))
            case Watch(layout=Layout() as layout) if self._memory is not None:
                ring = self._memory.meter(message.number, layout.channels)
                rate = self._memory.plan.sample_rate
                self._meters[message.number] = PointMeter(message.point, ring, layout, rate)
                self._channel.send(Done(message.ticket))
            case Unwatch() if self._memory is not None:
                self._meters.pop(message.number, None)
                self._memory.board.clear(message.number)
                self._channel.send(Done(message.ticket))
            case ResetMeters():
                for meter in self._meters.values():
                    if message.point in (None, meter.point):
                        meter.take()
                        meter.reset()
                self._channel.send(Done(message.ticket))
            case Label():
                for meter in self._meters.values():
                    meter.label(message.label)
                self._channel.send(Done(message.ticket))
            case ReadLabels():
                found = next((each for each in self._meters.values() if each.point == message.point), None)
                self._channel.send(LabelsRead(message.ticket, () if found is None else found.by_label()))
            case Quit():
                self._over = True

    def _measure(self) -> None:
        if self._memory is None:
            return
        heard = False
        for number, meter in self._meters.items():
            heard = meter.take() or heard
            self._memory.board.write(number, meter.point, meter.figures, meter.peaks, meter.spectrum, meter.energy)
        if heard and not self._memory.plan.realtime:
            self._memory.progress_wake.post()
