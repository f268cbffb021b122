/** Compiles the C programs with a library's own mpicc. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './benchmarks.ts'
import type { Mpi } from './find-peers.ts'

/** Gives the executables by program, or what the compiler said against it. */
export function compile(
  mpi: Mpi,
  sources: string,
  folder: string,
  programs: readonly Program[],
): Map<Program, string> | string {
  const compiled = new Map<Program, string>()
  for (const program of programs) {
    const source = join(sources, `${program}.c`)
    if (!existsSync(source)) continue
    const executable = join(folder, `${program}-${mpi.kind}`)
    const { status, stderr } = spawnSync(mpi.mpicc, ['-O2', '-o', executable, source], { encoding: 'utf8' })
    if (status !== 0) return `${mpi.mpicc} cannot compile ${program}.c: ${stderr}`
    compiled.set(program, executable)
  }
  return compiled
}
