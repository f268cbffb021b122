/**
 * Counting the words of a book: rank 0 reads it and deals out the paragraphs, each rank counts its own, and a
 * reduction with a function of our own merges the counts.
 *
 * Teaches: scatter of items, reduce with a user function
 * Run: npx tsrun -n 4 examples/mpi/12-word-count.ts [file.txt]
 */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { world } from 'tsmpi'

const WORD = /\p{L}+(?:['’]\p{L}+)*/gu

type Counts = Map<string, number>

function countWords(text: string): Counts {
  const counts: Counts = new Map()
  for (const [word] of text.toLowerCase().matchAll(WORD)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** The reduction: must not change `a` or `b`, so it makes a new map. */
function merge(a: Counts, b: Counts): Counts {
  const merged = new Map(a)
  for (const [word, count] of b) merged.set(word, (merged.get(word) ?? 0) + count)
  return merged
}

const { rank, size } = world
const file = process.argv[2] ?? new URL('data/alice.txt', import.meta.url)
const book = rank === 0 ? await readFile(file, 'utf8') : ''

// One string per rank: paragraph p goes to rank p modulo size.
const paragraphs = book.split(/\n\s*\n/)
const shares = Array.from({ length: size }, (_, r) =>
  paragraphs.filter((_, p) => p % size === r).join('\n\n'),
)
const share = await world.scatter(rank === 0 ? shares : undefined)

const counts = await world.reduce(countWords(share), merge)

if (counts) {
  assert.deepEqual(counts, countWords(book), 'counted in pieces or at one go, the words are the same')
  const total = [...counts.values()].reduce((a, b) => a + b, 0)
  assert.equal(total, book.match(WORD)?.length ?? 0)
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const top = byCount.slice(0, 5).map(([word, count]) => `${word} ${count}`)
  console.log(`${total} words, ${counts.size} different: ${top.join(', ')}`)
}
