/** Looks for MPI libraries, compilers and mpi4py on PATH and in the places where distributions keep them. */

import { execFileSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type MpiKind = 'openmpi' | 'mpich'

export interface Mpi {
  readonly kind: MpiKind
  readonly mpicc: string
  readonly mpirun: string
  /** Such as "Open MPI 4.1.4". */
  readonly version: string
}

export interface Mpi4py {
  readonly python: string
  /** The library that mpi4py is linked with; its mpirun has to start it. */
  readonly kind: MpiKind
  readonly version: string
}

/** Fedora and Homebrew keep each library in a folder of its own, off PATH. */
export const USUAL_FOLDERS = [
  '/usr/lib64/openmpi/bin',
  '/usr/lib64/mpich/bin',
  '/opt/homebrew/opt/open-mpi/bin',
  '/opt/homebrew/opt/mpich/bin',
]

/** The folders of a PATH, and the usual ones behind them. */
export function searchFolders(path: string | undefined): string[] {
  return [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...USUAL_FOLDERS]
}

/** The first working pair of mpicc and mpirun of this kind: Debian's names first, they cannot be mistaken. */
export function findMpi(kind: MpiKind, folders: readonly string[]): Mpi | null {
  for (const suffix of [`.${kind}`, '']) {
    for (const folder of folders) {
      const mpicc = join(folder, `mpicc${suffix}`)
      const mpirun = join(folder, `mpirun${suffix}`)
      if (!isExecutable(mpicc) || !isExecutable(mpirun)) continue
      const version = mpiVersion(mpirun)
      if (version?.kind === kind) return { kind, mpicc, mpirun, version: version.text }
    }
  }
  return null
}

/** Whose mpirun it is, by what it says of itself. */
export function mpiVersion(mpirun: string): { kind: MpiKind; text: string } | null {
  const said = output(mpirun, ['--version'])
  if (said === null) return null
  const open = /(?:Open MPI|OpenRTE|PRRTE)\)?\s+v?(\d[\w.]*)/.exec(said)
  if (open) return { kind: 'openmpi', text: `Open MPI ${open[1]}` }
  if (!/HYDRA|MPICH/i.test(said)) return null
  return { kind: 'mpich', text: `MPICH ${/Version:\s+(\S+)/.exec(said)?.[1] ?? ''}`.trim() }
}

/** The first Python that can import mpi4py. The one of the distribution is often not the first on PATH. */
export function findMpi4py(folders: readonly string[]): Mpi4py | null {
  const pythons = [...folders, '/usr/bin'].map((folder) => join(folder, 'python3')).filter(isExecutable)
  for (const python of new Set(pythons)) {
    const said = output(python, ['-c', PROBE])
    const found = said === null ? null : parseProbe(said)
    if (found) return { python, ...found }
  }
  return null
}

/** Asks without starting MPI, which outside a job is slow and may fail. */
const PROBE = `
import json
import mpi4py
mpi4py.rc.initialize = False
from mpi4py import MPI
try:
    import numpy
    arrays = "numpy " + numpy.__version__
except ImportError:
    arrays = "array.array"
print(json.dumps([mpi4py.__version__, MPI.Get_library_version(), arrays]))
`

function parseProbe(said: string): Omit<Mpi4py, 'python'> | null {
  try {
    const [version, library, arrays] = JSON.parse(said.trim().split('\n').at(-1)!) as string[]
    const kind: MpiKind = /MPICH/.test(library!) ? 'mpich' : 'openmpi'
    return { kind, version: `mpi4py ${version} with ${arrays}` }
  } catch {
    return null
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** What a command prints, null if it fails. */
function output(file: string, words: readonly string[]): string | null {
  try {
    return execFileSync(file, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    })
  } catch {
    return null
  }
}
