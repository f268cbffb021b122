/** Where the program of a job is put, on hosts that have the script's folder and on others. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placeProgram } from '../../src/launcher/program.ts'
import { version } from '../../src/version.ts'

let folder = ''
/** The job's folder. */
let job = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tso-')))
  job = join(folder, 'job')
  mkdirSync(job)
  addPackage('home', 'from-home')
  addPackage('prefix', 'from-prefix')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function addPackage(where: string, text: string): void {
  const own = join(folder, where, 'node_modules/dependency')
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'package.json'), '{ "type": "module", "exports": "./index.js" }')
  writeFileSync(join(own, 'index.js'), `export default ${JSON.stringify(text)}`)
}

/** Runs a module that stands for the script compiled; its exports are printed. */
function runModule(script: string, text: string): string {
  const entry = placeProgram({ kind: 'module', script, text: Buffer.from(text) }, job, join(folder, 'prefix'))
  if (entry.kind !== 'module') throw new Error('it is no module')
  return execFileSync(process.execPath, [fileURLToPath(entry.url)], { encoding: 'utf8' }).trimEnd()
}

describe('a module finds packages', () => {
  const text = "import found from 'dependency'; console.log(found)"

  test('from the folder of the script', () => {
    expect(runModule(join(folder, 'home/script.ts'), text)).toBe('from-home')
  })

  test('from the stand-in, on a host without that folder', () => {
    expect(runModule(join(folder, 'elsewhere/deep/script.ts'), text)).toBe('from-prefix')
  })

  test('and tsmpi in any case: the copy that has started it', () => {
    const asks = "import own from 'tsmpi/package.json' with { type: 'json' }; console.log(own.version)"
    expect(runModule(join(folder, 'elsewhere/script.ts'), asks)).toBe(version)
  })
})

test('CommonJS goes under the name of the script, or of its stand-in', () => {
  const text = Buffer.from('module.exports = 1')
  const place = (script: string, at: string) => {
    mkdirSync(join(job, at))
    return placeProgram({ kind: 'commonjs', script, text }, join(job, at), join(folder, 'prefix'))
  }
  const here = join(folder, 'home/script.cts')
  expect(place(here, 'a')).toEqual({
    kind: 'commonjs',
    compiled: join(job, 'a/script.cjs'),
    path: here,
    packages: join(job, 'a/node_modules'),
  })
  expect(place('/none/script.cts', 'b')).toMatchObject({ path: join(folder, 'prefix/script.cts') })
})

test('a plain file is run where it lies', () => {
  const program = { kind: 'plain', path: '/x/y.js' } as const
  expect(placeProgram(program, job, folder)).toBe(program)
})
