/**
 * Modules of Node that few ranks need and every rank would pay for: crypto alone takes 7 % of a rank's
 * start. Node keeps what it has loaded, so asking again costs next to nothing.
 */

import type * as ChildProcess from 'node:child_process'
import type * as Crypto from 'node:crypto'
import type * as FsPromises from 'node:fs/promises'
import type * as V8 from 'node:v8'
import type * as Vm from 'node:vm'
import type * as WorkerThreads from 'node:worker_threads'

export const childProcess = (): typeof ChildProcess => process.getBuiltinModule('node:child_process')
export const crypto = (): typeof Crypto => process.getBuiltinModule('node:crypto')
export const fsPromises = (): typeof FsPromises => process.getBuiltinModule('node:fs/promises')
export const v8 = (): typeof V8 => process.getBuiltinModule('node:v8')
export const vm = (): typeof Vm => process.getBuiltinModule('node:vm')
export const workerThreads = (): typeof WorkerThreads => process.getBuiltinModule('node:worker_threads')
