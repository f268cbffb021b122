/** The work of IS on one rank's keys. */

import { fill } from '../common/random.ts'

/** Keys of a bell-shaped distribution below `maxKey`: each from four numbers of the stream. */
export function makeKeys(seed: number, count: number, maxKey: number): Int32Array {
  const keys = new Int32Array(count)
  const numbers = new Float64Array(4 * 1024)
  const quarter = maxKey / 4
  let x = seed
  for (let done = 0; done < count; done += 1024) {
    x = fill(numbers, 0, numbers.length, x)
    const some = Math.min(1024, count - done)
    for (let i = 0; i < some; i++) {
      const sum = numbers[4 * i]! + numbers[4 * i + 1]! + numbers[4 * i + 2]! + numbers[4 * i + 3]!
      keys[done + i] = (quarter * sum) | 0
    }
  }
  return keys
}

/** Counts the keys of each bucket; buckets are the upper bits of a key. */
export function countBuckets(keys: Int32Array, sizes: Int32Array, shift: number): void {
  const n = keys.length
  sizes.fill(0)
  for (let i = 0; i < n; i++) sizes[keys[i]! >> shift]! += 1
}

/**
 * Gives each rank neighbouring buckets, until the ranks up to it have their part of the keys.
 * @returns where the buckets of each rank start, and at the end the number of buckets
 */
export function shareBuckets(sizes: Int32Array, bucketCount: number, ranks: number): number[] {
  let keyCount = 0
  for (let bucket = 0; bucket < bucketCount; bucket++) keyCount += sizes[bucket]!
  const share = [0]
  let keys = 0
  for (let bucket = 0; bucket < bucketCount && share.length < ranks; bucket++) {
    keys += sizes[bucket]!
    if (keys * ranks >= keyCount * share.length) share.push(bucket + 1)
  }
  while (share.length <= ranks) share.push(bucketCount)
  return share
}

/**
 * Lays the keys for each rank together: `owners[bucket]` is the rank of a bucket's keys, `next[r]` where those of
 * rank r start. The order of buckets within a rank does not matter, so there are only as many places to write to as
 * there are ranks, not as there are buckets: that many stay in the nearest cache.
 */
export function layByOwner(
  keys: Int32Array,
  laid: Int32Array,
  owners: Int32Array,
  next: Int32Array,
  shift: number,
): void {
  const n = keys.length
  for (let i = 0; i < n; i++) {
    const key = keys[i]!
    const owner = owners[key >> shift]!
    const place = next[owner]!
    laid[place] = key
    next[owner] = place + 1
  }
}

/**
 * The same for two ranks: keys below `pivot` from the front on, the others from the back on. No key waits for what
 * the last one has written, which takes most of the time of `layByOwner`: each is written to both places, and only
 * one of these moves on. What is wrongly there is overwritten later.
 */
export function layInTwo(keys: Int32Array, laid: Int32Array, pivot: number): void {
  let front = 0
  let back = keys.length - 1
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    laid[front] = key
    laid[back] = key
    const isLow = (key - pivot) >>> 31
    front += isLow
    back += isLow - 1
  }
}

/** Counts keys from `low` to `high` - 1; then `counted[key]` is the number of keys that are less than `key`. */
export function countKeys(
  keys: Int32Array,
  count: number,
  counted: Int32Array,
  low: number,
  high: number,
): void {
  counted.fill(0, low, high)
  for (let i = 0; i < count; i++) counted[keys[i]!]! += 1
  let less = 0
  for (let key = low; key < high; key++) {
    const here = counted[key]!
    counted[key] = less
    less += here
  }
}
