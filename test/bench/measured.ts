/** Made-up figures for the tests of tables, goals, plot and files. */

import { Measurements } from '../../bench/driver/measurements.ts'
import type { PeerName } from '../../bench/driver/peers.ts'

/** Adds one figure for each value, as repetition 0, 1, 2, … */
export function add(
  measurements: Measurements,
  peer: PeerName,
  bench: string,
  bytes: number,
  values: readonly number[],
  ranks = 2,
): void {
  for (const [repetition, value] of values.entries()) {
    measurements.add(peer, repetition, [{ bench, ranks, bytes, value, max: value, iterations: 10 }])
  }
}

/** Latency and bandwidth of two peers at three sizes. */
export function twoPeers(): Measurements {
  const measurements = new Measurements()
  for (const [at, bytes] of [8, 1024, 65536].entries()) {
    add(measurements, 'tsmpi', 'latency', bytes, [0.3 * 4 ** at, 0.2 * 4 ** at, 0.25 * 4 ** at])
    add(measurements, 'openmpi', 'latency', bytes, [0.5 * 4 ** at])
    add(measurements, 'tsmpi', 'bw', bytes, [bytes, bytes * 1.1])
    add(measurements, 'openmpi', 'bw', bytes, [bytes / 2])
  }
  return measurements
}
