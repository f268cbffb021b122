import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findMpi, findMpi4py, searchFolders, USUAL_FOLDERS } from '../../bench/driver/find-peers.ts'
import { makePeers, mpirun } from '../../bench/driver/make-peers.ts'
import { ROOT } from '../helpers/tsrun.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsmpi-bench-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A command that prints a text; gives the folder it is in. */
function command(place: string, name: string, says: string, code = 0): string {
  const bin = join(folder, place)
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, name), `#!/bin/sh\ncat <<'END'\n${says}\nEND\nexit ${code}\n`)
  chmodSync(join(bin, name), 0o755)
  return bin
}

const OPEN_MPI = 'mpirun.openmpi (OpenRTE) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/'
const MPICH = 'HYDRA build details:\n    Version:                                 4.0.2'
const PROBED = '["3.1.4", "Open MPI v4.1.4, package: Debian OpenMPI", "numpy 1.24.2"]'

describe('findMpi', () => {
  it("takes Debian's names for both libraries in one folder", () => {
    for (const [kind, says] of [
      ['openmpi', OPEN_MPI],
      ['mpich', MPICH],
    ] as const) {
      command('bin', `mpicc.${kind}`, '')
      command('bin', `mpirun.${kind}`, says)
    }
    const bin = join(folder, 'bin')
    expect(findMpi('openmpi', [bin])).toEqual({
      kind: 'openmpi',
      mpicc: join(bin, 'mpicc.openmpi'),
      mpirun: join(bin, 'mpirun.openmpi'),
      version: 'Open MPI 4.1.4',
    })
    expect(findMpi('mpich', [bin])).toMatchObject({ version: 'MPICH 4.0.2', mpicc: join(bin, 'mpicc.mpich') })
  })

  it('asks a plain mpirun whose it is, and passes over the other library', () => {
    const first = command('first', 'mpirun', MPICH)
    command('first', 'mpicc', '')
    const second = command('second', 'mpirun', 'mpirun (Open MPI) 5.0.3')
    command('second', 'mpicc', '')
    expect(findMpi('openmpi', [first, second])).toMatchObject({
      version: 'Open MPI 5.0.3',
      mpicc: join(second, 'mpicc'),
    })
    expect(findMpi('mpich', [first, second])).toMatchObject({ mpirun: join(first, 'mpirun') })
  })

  it('finds nothing without a compiler, with an mpirun that fails, or in an empty folder', () => {
    const bin = command('bin', 'mpirun', OPEN_MPI)
    expect(findMpi('openmpi', [bin])).toBeNull()
    command('bin', 'mpicc', '')
    command('bin', 'mpirun', OPEN_MPI, 1)
    expect(findMpi('openmpi', [bin])).toBeNull()
    expect(findMpi('openmpi', [join(folder, 'missing')])).toBeNull()
  })
})

it('takes the first python3 that can import mpi4py, and tells which library it belongs to', () => {
  const without = command('pyenv', 'python3', 'ModuleNotFoundError', 1)
  const withIt = command('usr', 'python3', PROBED)
  expect(findMpi4py([without, withIt])).toEqual({
    python: join(withIt, 'python3'),
    kind: 'openmpi',
    version: 'mpi4py 3.1.4 with numpy 1.24.2',
  })
})

it('looks along PATH and behind it where distributions hide MPI', () => {
  expect(searchFolders('/a::/b')).toEqual(['/a', '/b', ...USUAL_FOLDERS])
  expect(searchFolders(undefined)).toEqual(USUAL_FOLDERS)
})

describe('makePeers', () => {
  const place = (searched: string[], root = folder) => ({ root, folder, searched, programs: [] })

  it('says who is missing and why', () => {
    const { peers, missing } = makePeers(['tsmpi', 'openmpi', 'mpich'], place([], ROOT))
    expect(peers.map((peer) => peer.name)).toEqual(['tsmpi'])
    expect(missing).toEqual([
      { name: 'openmpi', reason: 'no mpicc and mpirun of it found' },
      { name: 'mpich', reason: 'no mpicc and mpirun of it found' },
    ])
  })

  it('takes a tsrun that does not start, or a compiler that fails, for a missing peer', () => {
    command('bin', 'mpicc.mpich', 'mpi.h is not there', 1)
    const bin = command('bin', 'mpirun.mpich', MPICH)
    const { peers, missing } = makePeers(['tsmpi', 'mpich'], {
      ...place([bin]),
      root: ROOT,
      programs: ['hello'],
    })
    expect(peers.map((peer) => peer.name)).toEqual(['tsmpi'])
    expect(missing[0]?.reason).toContain('mpicc.mpich cannot compile hello.c')
    expect(makePeers(['tsmpi'], place([])).missing[0]?.reason).toContain('tsrun does not start')
  })

  it("starts mpi4py with its own library's mpirun", () => {
    const bin = command('bin', 'python3', PROBED)
    expect(makePeers(['mpi4py'], place([bin])).missing[0]?.reason).toContain('built for openmpi')
    command('bin', 'mpirun.openmpi', OPEN_MPI)
    command('bin', 'mpicc.openmpi', '')
    const [peer] = makePeers(['mpi4py'], place([bin])).peers
    const words = peer!.command('point-to-point', 2, ['60', 'latency=8'])
    expect(words[0]).toBe(join(bin, 'mpirun.openmpi'))
    expect(words.slice(-5)).toEqual([
      join(bin, 'python3'),
      '-B',
      join(folder, 'bench/programs/py/point_to_point.py'),
      '60',
      'latency=8',
    ])
  })
})

it('tells Open MPI that more ranks than cores are meant, and MPICH nothing', () => {
  const openmpi = { kind: 'openmpi', mpicc: 'c', mpirun: 'run', version: '' } as const
  expect(mpirun(openmpi, 4, 2)).toContain('--oversubscribe')
  expect(mpirun(openmpi, 2, 2)).not.toContain('--oversubscribe')
  expect(mpirun({ ...openmpi, kind: 'mpich' }, 4, 2)).toEqual(['run', '-n', '4'])
})
