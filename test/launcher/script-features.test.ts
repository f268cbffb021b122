/** A compiled script keeps the meaning it has as a file. */

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { program, tsrun } from '../helpers/tsrun.ts'

let folders: string[] = []

/** A project in a folder of its own. */
function makeProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'tsp-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

afterEach(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders = []
})

/** Runs `script` of a new project as two ranks; what one of them printed, and that the other did the same. */
async function printed(files: Readonly<Record<string, string>>, script = 'src/main.ts') {
  const folder = makeProject(files)
  const { code, stdout, stderr } = await tsrun(['-n', '2', join(folder, script)])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const [first, ...others] = stdout.trimEnd().split('\n')
  expect(others).toEqual([first])
  return { folder, value: JSON.parse(first!) }
}

const print = (expression: string) => `console.log(JSON.stringify(${expression}))\n`

describe('what a module knows of itself', () => {
  test('import.meta of the script and of a bundled file', async () => {
    const self = '[import.meta.url, import.meta.filename, import.meta.dirname]'
    const { folder, value } = await printed({
      'package.json': '{ "type": "module" }',
      'src/main.ts': `import { there } from '../lib/other.ts'\n${print(`[${self}, there]`)}`,
      'lib/other.ts': `export const there: string[] = ${self}\n`,
    })
    const about = (name: string) => [
      pathToFileURL(join(folder, name)).href,
      join(folder, name),
      dirname(join(folder, name)),
    ]
    expect(value).toEqual([about('src/main.ts'), about('lib/other.ts')])
  })

  test('it is the main module', async () => {
    const { value } = await printed({
      'src/main.ts': `import { pathToFileURL } from 'node:url'\n${print('import.meta.url === pathToFileURL(process.argv[1]!).href')}`,
    })
    expect(value).toBe(true)
  })

  test('a link to the script: argv shows the link, import.meta the file', async () => {
    const folder = makeProject({
      'real/main.ts': `import { v } from './v.ts'\n${print('[process.argv[1], import.meta.filename, v]')}`,
      'real/v.ts': 'export const v = 1',
    })
    symlinkSync(join(folder, 'real/main.ts'), join(folder, 'link.ts'))
    const { stdout } = await tsrun(['-n', '1', join(folder, 'link.ts')])
    expect(JSON.parse(stdout)).toEqual([join(folder, 'link.ts'), join(folder, 'real/main.ts'), 1])
  })
})

describe('imports', () => {
  test('relative TypeScript in every spelling', async () => {
    const { value } = await printed({
      'src/main.ts': `import { a } from './a'\nimport { b } from './b.js'\nimport { c } from './c.ts'\nimport { d } from './d/index.mts'\nimport { e } from './e'\n${print('[a, b, c, d, e]')}`,
      'src/a.ts': 'export const a = 1',
      'src/b.ts': 'export const b = 2',
      'src/c.ts': 'export enum c { x = 3 }',
      'src/d/index.mts': 'export const d = 4',
      'src/e/index.ts': 'export const e = 5',
    })
    expect(value).toEqual([1, 2, { 3: 'x', x: 3 }, 4, 5])
  })

  test('JSON, as bundlers and as Node like it', async () => {
    const { value } = await printed({
      'src/main.ts': `import plain from './data.json'\nimport typed from './data.json' with { type: 'json' }\n${print('[plain, typed]')}`,
      'src/data.json': '{ "a": 1 }',
    })
    expect(value).toEqual([{ a: 1 }, { a: 1 }])
  })

  test('a JavaScript module is one, however it is imported', async () => {
    const { value } = await printed({
      'src/main.ts': `import { counter } from './state.mjs'\nimport { again } from './other.ts'\ncounter.n++\nconst name = './state.mjs'\nconst late = await import(name)\n${print('[late.counter === counter, again === counter, counter.n]')}`,
      'src/other.ts': `export { counter as again } from './state.mjs'`,
      'src/state.mjs': 'export const counter = { n: 0 }',
    })
    expect(value).toEqual([true, true, 1])
  })

  test('dynamic import() of TypeScript by a literal path, evaluated when it is reached', async () => {
    const { value } = await printed({
      'src/main.ts': `globalThis.log = ['main']\nconst { x } = await import('./late.ts')\n${print('[x, globalThis.log]')}`,
      'src/late.ts': `globalThis.log.push('late')\nexport const x: number = 1`,
    })
    expect(value).toEqual([1, ['main', 'late']])
  })

  test('packages of the script, imported, required and by a computed name', async () => {
    const { value } = await printed({
      'package.json':
        '{ "name": "me", "type": "module", "exports": { "./own": "./own.js" }, "imports": { "#inner": "./inner.js" } }',
      'own.js': 'export const own = 1',
      'inner.js': 'export const inner = 2',
      'node_modules/dep/package.json':
        '{ "name": "dep", "exports": { "import": "./esm.mjs", "require": "./cjs.cjs" } }',
      'node_modules/dep/esm.mjs': 'export const kind = "esm"',
      'node_modules/dep/cjs.cjs': 'exports.kind = "cjs"',
      'src/main.ts': `import { createRequire } from 'node:module'
import { kind } from 'dep'
import { own } from 'me/own'
import { inner } from '#inner'
const name = ['d', 'e', 'p'].join('')
const require = createRequire(import.meta.url)
${print('[kind, (await import(name)).kind, require("dep").kind, own, inner]')}`,
    })
    expect(value).toEqual(['esm', 'esm', 'cjs', 1, 2])
  })

  test('tsconfig paths and workspaces are bundled, with packages of their own', async () => {
    const folder = makeProject({
      'app/tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["../lib/src/*"] } } }',
      'app/package.json': '{ "type": "module" }',
      'app/src/main.ts': `import { viaPath } from '@lib/tool'\nimport { viaWorkspace } from 'space'\n${print('[viaPath, viaWorkspace]')}`,
      'lib/src/tool.ts': `import { only } from 'only-there'\nexport const viaPath: string = only`,
      'lib/node_modules/only-there/index.js': 'exports.only = "there"',
      'space/package.json': '{ "name": "space", "type": "module", "main": "./src/index.ts" }',
      'space/src/index.ts': 'export const viaWorkspace: number = 7',
    })
    mkdirSync(join(folder, 'app/node_modules'))
    symlinkSync(join(folder, 'space'), join(folder, 'app/node_modules/space'))
    const { stdout, stderr } = await tsrun(['-n', '1', join(folder, 'app/src/main.ts')])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(['there', 7])
  })

  test('a script of an installed package brings its own TypeScript files', async () => {
    const folder = makeProject({
      'node_modules/kit/package.json': '{ "name": "kit", "type": "module" }',
      'node_modules/kit/examples/main.ts': `import { part } from './parts/part.ts'\n${print('part')}`,
      'node_modules/kit/examples/parts/part.ts': 'export const part: number = 5',
    })
    const { stdout, stderr } = await tsrun(['-n', '1', join(folder, 'node_modules/kit/examples/main.ts')])
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: '5', stderr: '' })
  })

  test('a package that is not there: said once, before anything runs', async () => {
    const folder = makeProject({ 'main.ts': `import 'no-such-package/deep'\nconsole.log(import.meta.url)` })
    const { code, stdout, stderr } = await tsrun(['-n', '3', join(folder, 'main.ts')])
    expect(
      stderr.match(/Could not find the package "no-such-package\/deep"; .* npm i no-such-package$/gm),
    ).toHaveLength(1)
    expect(stderr).toContain('main.ts:1:7:')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  test('an optional package that is not there can be caught', async () => {
    const { value } = await printed({
      'src/main.ts': `const found = await import('no-such-package').then(() => true, () => false)\n${print('found')}`,
    })
    expect(value).toBe(false)
  })

  test('tsmpi is found from any folder', async () => {
    const { value } = await printed({
      'src/main.ts': `import about from 'tsmpi/package.json' with { type: 'json' }\n${print('about.name')}`,
    })
    expect(value).toBe('tsmpi')
  })
})

describe('module systems', () => {
  test('top-level await', async () => {
    const { value } = await printed({ 'src/main.ts': `const x = await Promise.resolve(5)\n${print('x')}` })
    expect(value).toBe(5)
  })

  test.each(['src/main.ts', 'src/main.cts'])('CommonJS in TypeScript: %s', async (script) => {
    const { folder, value } = await printed(
      {
        [script]: `const { join } = require('node:path') as typeof import('node:path')
const helper = require('./helper')
const plain = require('./plain.cjs')
${print('[require.main === module, __filename, join(__dirname, "x"), helper.x as number, plain]')}module.exports = 1`,
        'src/helper.ts': 'exports.x = 1 as number',
        'src/plain.cjs': 'module.exports = 2',
      },
      script,
    )
    expect(value).toEqual([true, join(folder, script), join(folder, 'src/x'), 1, 2])
  })

  test('require() of a builtin inside a module', async () => {
    const { value } = await printed({
      'src/main.ts': `const os = require('node:os')\nexport const x = 1\n${print('typeof os.cpus')}`,
    })
    expect(value).toBe('function')
  })

  test.each([
    ['plain.cjs', 'cjs true true\n'],
    ['plain.mjs', 'mjs true\n'],
    ['plain.js', 'js true\n'],
  ])('JavaScript runs as it is: %s', async (name, expected) => {
    const { code, stdout, stderr } = await tsrun(['-n', '1', program(name)])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expected, stderr: '' })
  })
})

test('nothing is written beside the script, and a read-only folder is enough', async () => {
  const folder = makeProject({
    'main.ts': `import { x } from './x.ts'\n${print('x')}`,
    'x.ts': 'export const x: number = 1',
  })
  chmodSync(folder, 0o555)
  const { code, stdout } = await tsrun(['-n', '2', join(folder, 'main.ts')], { cwd: folder })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n1\n' })
  expect(readdirSync(folder).sort()).toEqual(['main.ts', 'x.ts'])
  chmodSync(folder, 0o755)
})

test('an error on a first line with a hashbang before it keeps its line', async () => {
  const folder = makeProject({
    'main.ts': '#!/usr/bin/env tsrun\nconst x: number = 1\nthrow new Error(String(x + 2))\n',
  })
  const { stderr } = await tsrun(['-n', '1', join(folder, 'main.ts')])
  expect(stderr).toContain(`${join(folder, 'main.ts')}:3:7`)
})
