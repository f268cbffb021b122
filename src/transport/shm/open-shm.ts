/** The shared-memory transport of a rank in a job: a file from the launcher, the C library, FIFOs in the job's folder. */

import { fstatSync } from 'node:fs'
import { BootstrapError } from '../../errors.ts'
import { type Libc, libc } from '../../system/libc.ts'
import { FifoDoorbell } from './doorbell.ts'
import { fileGround } from './file-ground.ts'
import { futexNaps } from './futex-naps.ts'
import { layoutFor } from './layout.ts'
import type { ProcessReader } from './peer-memory.ts'
import type { ShmOptions } from './shm.ts'
import { ShmTransport } from './shm.ts'

export interface OpenShmOptions {
  /** Of the file in memory that the ranks of this host have inherited. */
  readonly fd: number
  /** This rank's number in the job. */
  readonly rank: number
  /** Ranks of the job on this host, in ascending order, this one included. */
  readonly ranks: readonly number[]
  /** Whether the job has ranks on other hosts. */
  readonly hasOtherHosts: boolean
  /** The job's folder on this host. */
  readonly runtimeDir: string
  readonly patience?: ShmOptions['patience']
}

/** Costs nothing; the memory is mapped, and koffi loaded, when something is first sent or waited for. */
export function openShm({
  fd,
  rank,
  ranks,
  hasOtherHosts,
  runtimeDir,
  patience,
}: OpenShmOptions): ShmTransport {
  const layout = layoutFor(ranks.length)
  const system = (): Libc => {
    const found = libc()
    if (found !== null) return found
    throw new BootstrapError(
      `rank ${rank} cannot map the memory that the ranks of its host share: koffi cannot be loaded here, though ` +
        'the launcher could; give tsrun --transport zmq',
    )
  }
  return new ShmTransport({
    rank,
    ranks,
    layout,
    ground: () => fileGround(system(), fd, layout),
    // Whoever maps it first gives it its length.
    isUntouched: () => fstatSync(fd).size === 0,
    doorbell: () => new FifoDoorbell(runtimeDir, ranks.indexOf(rank), system()),
    yieldCore: () => system().yield(),
    // What comes from other hosts comes by the event loop, and would find it asleep.
    naps: (words) => (hasOtherHosts ? null : futexNaps(system(), words)),
    reader: () => processReader(system()),
    patience,
  })
}

const PR_SET_PTRACER = 0x59616d61
/** As an unsigned long, -1. */
const PR_SET_PTRACER_ANY = -1

function processReader(system: Libc): ProcessReader {
  // Where processes may be read by their ancestors only (yama), this one lets all of its user's do it.
  system.prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0)
  return {
    addressOf: (buffer) => system.addressOf(buffer),
    collapse: (address, bytes) => system.collapse(address, bytes),
    read(pid, from, to, bytes) {
      try {
        for (let done = 0; done < bytes; ) {
          const count = system.readProcess(pid, from + done, to + done, bytes - done)
          if (count <= 0) return false
          done += count
        }
        return true
      } catch {
        return false
      }
    },
  }
}
