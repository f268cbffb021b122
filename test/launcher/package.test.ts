/**
 * The package as somebody gets it: packed, installed in an empty folder without install scripts, used from
 * there. Needs a built dist/ with the whole library in it, and the dependencies in npm's cache or reach.
 */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, tsrun } from '../helpers/tsrun.ts'

const run = promisify(execFile)
const base = mkdtempSync(join(realpathSync(tmpdir()), 'tspk-'))
const home = join(base, 'user')

const BODY =
  "const sum = await world.allreduce(world.rank, SUM)\nconsole.log(world.rank + '/' + world.size + ': ' + sum)\n"
const IMPORT = "import { SUM, world } from 'tsmpi'\n"
const REQUIRE = "const { SUM, world } = require('tsmpi')\n"

beforeAll(async () => {
  mkdirSync(home)
  // Without scripts: dist/ is built already, and other tests are using it.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', base]
  const { stdout } = await run('npm', pack, { cwd: ROOT })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', [...install, join(base, filename)], { cwd: home })
  writeFileSync(join(home, 'hello.ts'), `${IMPORT}const typed: number = world.rank\nvoid typed\n${BODY}`)
  writeFileSync(join(home, 'hello.mjs'), IMPORT + BODY)
  writeFileSync(join(home, 'hello.cjs'), `${REQUIRE}async function main() {\n${BODY}}\nmain()\n`)
  // npm has written a package.json without "type": a .js file is CommonJS there.
  writeFileSync(join(home, 'hello.js'), `${REQUIRE}async function main() {\n${BODY}}\nmain()\n`)
}, 120_000)

afterAll(() => rmSync(base, { recursive: true, force: true }))

const FOUR = ['0/4: 6', '1/4: 6', '2/4: 6', '3/4: 6']

describe('an installed package', () => {
  test('npx tsrun -n 4 hello.ts', async () => {
    const { code, stdout, stderr } = await tsrun(['-n', '4', 'hello.ts'], {
      cwd: home,
      command: ['npx', 'tsrun'],
    })
    // npm may have something to say about the configuration of this machine.
    expect(stderr.replace(/^npm warn .*\n/gm, '')).toBe('')
    expect(stdout.trimEnd().split('\n').sort()).toEqual(FOUR)
    expect(code).toBe(0)
  })

  test.each(['hello.js', 'hello.mjs', 'hello.cjs'])('tsrun -n 4 %s', async (name) => {
    const { code, stdout, stderr } = await tsrun(['-n', '4', name], {
      cwd: home,
      command: [join(home, 'node_modules/.bin/tsrun')],
    })
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n').sort()).toEqual(FOUR)
    expect(code).toBe(0)
  })

  test.each(['hello.mjs', 'hello.cjs'])('node %s alone: a world of one', async (name) => {
    const { stdout, stderr } = await run(process.execPath, [name], { cwd: home })
    expect({ stdout, stderr }).toEqual({ stdout: '0/1: 0\n', stderr: '' })
  })
})
