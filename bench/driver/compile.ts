/** Compiles the C programs with a library's own mpicc. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './benchmarks.ts'
import type { Mpi } from './find-peers.ts'

/** Gives the executables by program. A compiler that fails is an error with what it said. */
export function compile(
  mpi: Mpi,
  sources: string,
  folder: string,
  programs: readonly Program[],
): Map<Program, string> {
  const compiled = new Map<Program, string>()
  for (const program of programs) {
    const source = join(sources, `${program}.c`)
    if (!existsSync(source)) continue
    const executable = join(folder, `${program}-${mpi.kind}`)
    execFileSync(mpi.mpicc, ['-O2', '-o', executable, source], { stdio: ['ignore', 'ignore', 'pipe'] })
    compiled.set(program, executable)
  }
  return compiled
}
