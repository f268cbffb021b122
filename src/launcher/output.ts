/**
 * Where the ranks' lines go: this process's stdout and stderr, files, or both.
 *
 * A line is never broken by another rank's. One too long to be kept is passed on in parts, and its rank then
 * owns the destination until the line ends or has been silent for a second; the others wait, paused.
 * A destination that does not keep up pauses every rank that writes to it, so nothing piles up here.
 */

import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { StreamName } from './agent.ts'
import type { Piece } from './line-assembler.ts'
import { UsageError } from './usage-error.ts'

/** A rank silent for this long inside a line has to let the others write. */
const OWNER_SILENCE_MS = 1000

/** One stream of one rank, as the writer sees it. */
export interface Source {
  readonly rank: number
  readonly stream: StreamName
  /** Written at the beginning of every line. */
  prefix(): string
  pause(): void
  resume(): void
}

/** Writes pieces of several sources to one stream without mixing lines. */
export class LineWriter {
  readonly #stream: Writable
  #owner: Source | null = null
  #ownerTimer: NodeJS.Timeout | null = null
  /** Who wrote a line without an end last. */
  #unfinished: Source | null = null
  #waiting: { source: Source; piece: Piece }[] = []
  readonly #paused = new Set<Source>()
  #full = false

  constructor(stream: Writable) {
    this.#stream = stream
    // One listener for all sources, however many there are.
    stream.on('drain', () => {
      this.#full = false
      if (this.#ownerTimer) this.#awaitSilence()
      this.#resumeAll()
    })
  }

  write(source: Source, piece: Piece): void {
    if (this.#owner !== null && this.#owner !== source) {
      this.#waiting.push({ source, piece })
      this.#pause(source)
      if (this.#ownerTimer === null) this.#awaitSilence()
      return
    }
    this.#put(source, piece)
    if (!piece.ends) this.#own(source)
    else if (this.#owner === source) this.#disown()
  }

  /** Writes a message of the launcher itself, on a line of its own. */
  note(text: string): void {
    if (this.#unfinished) this.#stream.write('\n')
    this.#unfinished = null
    this.#stream.write(text)
  }

  /** Resolves when everything written so far has left this process. */
  flush(): Promise<void> {
    if (this.#ownerTimer) clearTimeout(this.#ownerTimer)
    if (this.#owner) this.#breakLine()
    return new Promise((resolve) => {
      if (this.#stream.destroyed || this.#stream.errored) resolve()
      else {
        this.#stream.once('close', resolve)
        this.#stream.write('', () => resolve())
      }
    })
  }

  #put(source: Source, piece: Piece): void {
    if (this.#unfinished !== null && (this.#unfinished !== source || piece.starts)) this.#stream.write('\n')
    const prefix = piece.starts ? source.prefix() : ''
    const bytes = prefix === '' ? piece.bytes : Buffer.concat([Buffer.from(prefix), piece.bytes])
    const last = piece.bytes.at(-1)
    this.#unfinished = last === 10 || last === 13 ? null : source
    if (!this.#stream.write(bytes)) this.#full = true
    if (this.#full) this.#pause(source)
  }

  #own(source: Source): void {
    this.#owner = source
    // Restarted by every part: what counts is silence, and only while somebody waits.
    if (this.#ownerTimer) this.#awaitSilence()
  }

  #awaitSilence(): void {
    if (this.#ownerTimer) clearTimeout(this.#ownerTimer)
    this.#ownerTimer = setTimeout(() => {
      // An owner that we hold back ourselves, because our reader is slow, is not silent.
      if (this.#full) this.#awaitSilence()
      else this.#breakLine()
    }, OWNER_SILENCE_MS)
  }

  #disown(): void {
    if (this.#ownerTimer) clearTimeout(this.#ownerTimer)
    this.#ownerTimer = null
    this.#owner = null
    const waiting = this.#waiting
    this.#waiting = []
    for (const { source, piece } of waiting) this.write(source, piece)
    if (!this.#full) this.#resumeAll()
  }

  #breakLine(): void {
    const owner = this.#owner
    if (owner && this.#waiting.length > 0) {
      this.note(`[tsrun: rank ${owner.rank} stopped inside this line; it may go on below]\n`)
    }
    this.#disown()
  }

  #pause(source: Source): void {
    if (this.#paused.has(source)) return
    this.#paused.add(source)
    source.pause()
  }

  #resumeAll(): void {
    for (const source of this.#paused) {
      if (this.#waiting.some((w) => w.source === source)) continue
      this.#paused.delete(source)
      source.resume()
    }
  }
}

interface RankFile {
  readonly stream: Writable
  isFull: boolean
}

/** One file per rank and stream in `folder`; names sort by rank. */
export class RankFiles {
  readonly #files = new Map<Source, RankFile>()
  readonly #folder: string
  readonly #digits: number

  constructor(folder: string, size: number) {
    this.#folder = folder
    this.#digits = Math.max(3, String(size - 1).length)
    try {
      mkdirSync(folder, { recursive: true })
    } catch (error) {
      throw new UsageError(`--output-dir ${folder}: ${(error as Error).message}`)
    }
  }

  write(source: Source, { bytes }: Piece): void {
    const file = this.#files.get(source) ?? this.#open(source)
    if (file.stream.write(bytes) || file.isFull) return
    file.isFull = true
    source.pause()
  }

  /** Resolves when everything is in the files. */
  async flush(): Promise<void> {
    const ends = [...this.#files.values()].map(
      ({ stream }) => new Promise<void>((resolve) => stream.end(() => resolve())),
    )
    await Promise.all(ends)
  }

  #open(source: Source): RankFile {
    const extension = source.stream === 'stdout' ? 'out' : 'err'
    const name = `rank-${String(source.rank).padStart(this.#digits, '0')}.${extension}`
    const file = { stream: createWriteStream(join(this.#folder, name)), isFull: false }
    file.stream.on('drain', () => {
      file.isFull = false
      source.resume()
    })
    this.#files.set(source, file)
    return file
  }
}
