import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeShadowTree } from '../../src/launcher/shadow-tree.ts'

let base: string

beforeAll(() => {
  base = mkdtempSync(join(realpathSync(tmpdir()), 'tss-'))
  const files = [
    'above/node_modules/dep/index.js',
    'above/private.js',
    'above/project/package.json',
    'above/project/node_modules/x/index.js',
    'above/project/lib/y.js',
    'above/project/src/main.ts',
    'above/project/src/plain.js',
    'above/project/src/results.csv',
  ]
  for (const file of files) {
    mkdirSync(dirname(join(base, file)), { recursive: true })
    writeFileSync(join(base, file), '')
  }
})

afterAll(() => rmSync(base, { recursive: true }))

test('from the package root down what can be imported, above it only node_modules', () => {
  const root = join(base, 'tree')
  const compiled = makeShadowTree(root, join(base, 'above/project/src/main.ts'))
  const shadow = join(root, base, 'above')
  expect(compiled).toBe(join(shadow, 'project/src/main.ts.compiled.mjs'))
  expect(readdirSync(shadow).sort()).toEqual(['node_modules', 'project'])
  expect(readdirSync(join(shadow, 'project')).sort()).toEqual(['lib', 'node_modules', 'package.json', 'src'])
  expect(readdirSync(join(shadow, 'project/src'))).toEqual(['plain.js'])
  expect(lstatSync(join(shadow, 'project/src')).isDirectory()).toBe(true)
  expect(readlinkSync(join(shadow, 'project/lib'))).toBe(join(base, 'above/project/lib'))
  rmSync(root, { recursive: true })
})

test('without a package: the folder of the script', () => {
  const root = join(base, 'tree2')
  makeShadowTree(root, join(base, 'above/private.js'))
  expect(readdirSync(join(root, base, 'above')).sort()).toEqual(['node_modules', 'private.js', 'project'])
  expect(readdirSync(join(root, base))).toEqual(['above'])
  rmSync(root, { recursive: true })
})
