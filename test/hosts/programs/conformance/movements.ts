/** Collectives that move data: bcast, scatter, gather, allgather, alltoall, their v forms, items, in place. */

import type { Communicator, Raw, TypedCtor } from 'tsmpi'
import type { Record } from './record.ts'
import { concat, ranksOf, valuesOf } from './values.ts'

export async function moveArrays(
  comm: Communicator,
  ctor: TypedCtor<Raw>,
  length: number,
  record: Record,
): Promise<void> {
  const { rank, size } = comm
  const ranks = ranksOf(size)
  const of = (r: number, n = length): Raw => valuesOf(ctor, r, n)
  const mine = of(rank)
  const all = concat(
    ctor,
    ranks.map((r) => of(r)),
  )
  const block = (from: number, to: number): Raw => of(from * size + to)

  for (const root of new Set([0, size >> 1, size - 1])) {
    record.is('bcast', await comm.bcast(rank === root ? of(root) : new ctor(length), root), of(root))
    record.is('bcast of unknown length', await comm.bcast(rank === root ? of(root) : null, root), of(root))
    record.is('scatter', await comm.scatter(rank === root ? all : null, root), mine)
    record.is('gather', await comm.gather(mine, root), rank === root ? all : undefined)

    // In place: the root's own block is there already.
    const whole = all.slice()
    const own = whole.subarray(root * length, (root + 1) * length)
    if (rank === root) await comm.gather(own, root, { into: whole })
    else await comm.gather(mine, root)
    record.is('gather in place', whole, all)
    const part = await (rank === root
      ? comm.scatter(whole, root, { into: own })
      : comm.scatter(null, root, { into: new ctor(length) }))
    record.is('scatter in place', part, mine)
  }

  record.is('allgather', await comm.allgather(mine), all)
  const gathered = new ctor(length * size)
  const own = gathered.subarray(rank * length, (rank + 1) * length) as Float64Array
  own.set(mine as Float64Array)
  record.is('allgather in place', await comm.allgather(own as Raw, { into: gathered }), all)

  const columns = concat(
    ctor,
    ranks.map((to) => block(rank, to)),
  )
  const rows = concat(
    ctor,
    ranks.map((from) => block(from, rank)),
  )
  record.is('alltoall', await comm.alltoall(columns), rows)
  record.is('alltoall in place', await comm.alltoall(columns, { into: columns }), rows)
}

/** Blocks of different lengths, some of them empty, with gaps between them. */
export async function moveBlocks(
  comm: Communicator,
  ctor: TypedCtor<Raw>,
  length: number,
  record: Record,
): Promise<void> {
  const { rank, size } = comm
  const ranks = ranksOf(size)
  const countOf = (r: number): number => (r % 3 === 1 ? 0 : length + r)
  const of = (r: number): Raw => valuesOf(ctor, r, countOf(r))
  const counts = ranks.map(countOf)
  const all = concat(ctor, ranks.map(of))
  // One empty place in front of each block, and the blocks from behind.
  const displs = ranks.map((r) => counts.slice(r + 1).reduce((sum, count) => sum + count + 1, 1))
  const spread = new ctor(all.length + size + 1)
  for (const r of ranks) (spread as Float64Array).set(of(r) as Float64Array, displs[r])

  for (const root of new Set([0, size - 1])) {
    const blocks = rank === root ? { data: spread, counts, displs } : null
    record.is('scatterv', await comm.scatterv(blocks, root), of(rank))
    const result = await comm.gatherv(of(rank), root)
    record.is('gatherv', result?.data, rank === root ? all : undefined)
    record.is('counts of gatherv', result?.counts, rank === root ? counts : undefined)
    const into = { data: new ctor(spread.length), displs }
    if (rank === root) await comm.gatherv(of(rank), root, { into })
    else await comm.gatherv(of(rank), root)
    if (rank === root) record.is('gatherv into', into.data, spread)
  }
  record.is('allgatherv', (await comm.allgatherv(of(rank))).data, all)
  const into = { data: new ctor(spread.length), displs }
  record.is('allgatherv into', (await comm.allgatherv(of(rank), { into })).data, spread)

  const countTo = (from: number, to: number): number => ((from + 2 * to) % 4 === 0 ? 0 : length + from)
  const block = (from: number, to: number): Raw => valuesOf(ctor, from * size + to, countTo(from, to))
  const sent = {
    data: concat(
      ctor,
      ranks.map((to) => block(rank, to)),
    ),
    counts: ranks.map((to) => countTo(rank, to)),
  }
  const received = await comm.alltoallv(sent)
  const wanted = concat(
    ctor,
    ranks.map((from) => block(from, rank)),
  )
  record.is('alltoallv', received.data, wanted)
  record.is('alltoallv there and back', (await comm.alltoallv(received)).data, sent.data)
}

/** Anything that is no typed array is one item. */
export async function moveItems(comm: Communicator, record: Record): Promise<void> {
  const { rank, size } = comm
  const ranks = ranksOf(size)
  const itemOf = (r: number, kilobytes = 1) => ({
    r,
    date: new Date(r),
    set: new Set([r, 'x']),
    big: 2n ** 70n + BigInt(r),
    text: `${r}`.repeat(1024 * kilobytes),
    nested: [undefined, null, { array: Int16Array.of(r, -r) }],
  })
  for (const kilobytes of [1, 300]) {
    const item = (r: number) => itemOf(r, kilobytes)
    for (const root of new Set([0, size - 1])) {
      record.is('bcast of an item', await comm.bcast(rank === root ? item(root) : null, root), item(root))
      const list = ranks.map((r) => item(r))
      record.is('scatter of items', await comm.scatter(rank === root ? list : null, root), item(rank))
      record.is('gather of items', await comm.gather(item(rank), root), rank === root ? list : undefined)
    }
    record.is(
      'allgather of items',
      await comm.allgather(item(rank)),
      ranks.map((r) => item(r)),
    )
    record.is(
      'alltoall of items',
      await comm.alltoall(ranks.map((to) => item(rank * size + to))),
      ranks.map((from) => item(from * size + rank)),
    )
  }
  record.is('bcast of nothing', await comm.bcast(rank === 0 ? undefined : null, 0), undefined)
}
