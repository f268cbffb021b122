/**
 * The environment variables through which a launcher tells a rank its place. README lists the public ones.
 *
 * Private ones (TSMPI_BOOT) are for boot.ts alone, which deletes them so that processes the script itself
 * starts are not taken for ranks.
 */

import { BootstrapError } from '../errors.ts'

/** A rank's place in its job, as the environment tells it. */
export interface Place {
  readonly rank: number
  readonly size: number
  readonly localRank: number
  readonly localSize: number
  readonly nodeRank: number
  readonly nodeOf: readonly number[]
  readonly jobId: string
  readonly hostname: string
  readonly runtimeDir: string
}

/** What the launcher hands to boot.ts in TSMPI_BOOT, as JSON. */
export interface BootOrder extends Place {
  /** Version of the launcher's tsmpi. */
  readonly version: string
  /** Pid of the process that started this rank; another parent means that it is already gone. */
  readonly parentPid: number
  /** What to import (file URL or path of the compiled script), null for a CommonJS script run from memory. */
  readonly entry: string
  /** What `process.argv[1]` shall be: the script the user named. */
  readonly script: string
  /** Whether boot must ask for the parent-death signal itself, because setpriv was not there. */
  readonly setDeathSignal: boolean
}

/** Public variables of a rank's environment. */
export function publicVariables(place: Place): Record<string, string> {
  return {
    TSMPI_RANK: String(place.rank),
    TSMPI_SIZE: String(place.size),
    TSMPI_LOCAL_RANK: String(place.localRank),
    TSMPI_LOCAL_SIZE: String(place.localSize),
    TSMPI_NODE_RANK: String(place.nodeRank),
    TSMPI_JOB_ID: place.jobId,
  }
}

export const BOOT_VARIABLE = 'TSMPI_BOOT'

/** The order in the environment, or null if this process was not started by a launcher. */
export function readBootOrder(env: NodeJS.ProcessEnv): BootOrder | null {
  const text = env[BOOT_VARIABLE]
  if (text === undefined) return null
  try {
    return JSON.parse(text) as BootOrder
  } catch (cause) {
    throw new BootstrapError(`${BOOT_VARIABLE} is not what tsrun writes; start this rank with tsrun`, {
      cause,
    })
  }
}
