/**
 * Messages can be any value: what structuredClone copies arrives as it would from structuredClone. Messages from
 * one rank to another arrive in the order sent, whatever their kind and size.
 *
 * Teaches: send and recv of any value, status
 * Run: npx tsrun -n 4 examples/mpi/05-objects.ts
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const { rank, size } = world
const next = (rank + 1) % size
const prev = (rank + size - 1) % size

/** What a rank has to tell: a Map, a Date, nested objects, a typed array inside. */
const record = (r: number) => ({
  station: `S${r}`,
  openedAt: new Date(Date.UTC(1969, 6, 20 + r)),
  readings: new Map([
    ['temperature', { unit: '°C', values: Float32Array.of(r, r + 0.5) }],
    ['pressure', { unit: 'hPa', values: Float32Array.of(1013, 1000 + r) }],
  ]),
  tags: new Set(['automatic', r % 2 === 0 ? 'even' : 'odd']),
  serial: 2n ** 60n + BigInt(r),
})

// A send may have to wait for its receive, and here all ranks send first: hold the promises, await them later.
const sends = [
  world.send(record(rank), next),
  world.send(new Float64Array(50_000).fill(rank), next), // a typed array is not serialised: its bytes travel raw
  world.send(['the', 'end'], next),
]

const received = await world.recv<ReturnType<typeof record>>(prev)
assert.deepEqual(received, record(prev))
assert.equal(received.readings.get('temperature')?.values[1], prev + 0.5)

const { value: samples, status } = await world.recv<Float64Array>(prev, { status: true })
assert.equal(status.source, prev)
assert.equal(status.count, 50_000)
assert(samples instanceof Float64Array && samples.every((sample) => sample === prev))

assert.deepEqual(await world.recv(prev), ['the', 'end'])
await Promise.all(sends)

// What cannot be copied is refused where it is sent, instead of missing where it arrives.
await assert.rejects(world.send({ callback: () => 42 }, next), { name: 'ItemError' })

if (rank === 0) console.log(`station ${received.station} opened on ${received.openedAt.toISOString()}`)
