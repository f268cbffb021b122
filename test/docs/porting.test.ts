/** docs/porting.md keeps its word: its program runs and prints what it says, and its tables name calls that exist. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as tsmpi from '../../src/index.ts'
import { runRanks } from '../../src/testing/index.ts'
import { ROOT, tsrun } from '../helpers/tsrun.ts'

const text = readFileSync(join(ROOT, 'docs/porting.md'), 'utf8')

it('runs the program of the document at 1 and 3 ranks', async () => {
  const source = /^```ts\n(\/\/ rod\.ts\n[\s\S]*?)^```$/m.exec(text)![1]!
  const printed = /^```\n(\d+ sweeps.*\n)^```$/m.exec(text)![1]!
  // As in a project that has tsmpi installed.
  const folder = mkdtempSync(join(tmpdir(), 'tsmpi-docs-'))
  try {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(ROOT, join(folder, 'node_modules/tsmpi'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
    const script = join(folder, 'rod.ts')
    writeFileSync(script, source)
    for (const size of [1, 3]) {
      const { code, stdout, stderr } = await tsrun(['-n', String(size), script])
      expect(stderr).toBe('')
      expect(stdout).toBe(printed)
      expect(code).toBe(0)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe('the tables', () => {
  const codes = tsmpiColumn()

  it('name calls and properties that exist', async () => {
    const [there] = await runRanks(1, async (comm) => {
      const cart = await comm.createCart([1])
      const q = comm.recvInit(null)
      const m = await comm.mprobe(null)
      const { status } = m
      return { comm, cart, group: comm.group, q, m, status } as Readonly<Record<string, object>>
    })
    const members = codes.flatMap((code) => [...code.matchAll(/\b(comm|cart|group|q|m|status)\.(\w+)/g)])
    expect(members.length).toBeGreaterThan(70)
    const unknown = members.filter(([, what, name]) => !(name! in there![what!]!)).map(([member]) => member)
    expect(unknown).toEqual([])
  })

  it('name functions and constants that are exported', () => {
    const functions = codes.flatMap((code) => [...code.matchAll(/(?<![.\w])([a-z]\w+)\(/g)])
    const constants = codes.flatMap((code) => [...code.matchAll(/(?<!\.)\b([A-Z]{3,}(?:_[A-Z]+)?)\b/g)])
    expect(functions.length).toBeGreaterThan(10)
    expect(constants.length).toBeGreaterThan(10)
    const unknown = [...functions, ...constants]
      .filter(([, name]) => !(name! in tsmpi))
      .map(([, name]) => name)
    expect(unknown).toEqual([])
  })
})

/** What stands in backticks in the third column of the tables whose third column is tsmpi. */
function tsmpiColumn(): string[] {
  const codes: string[] = []
  let inTable = false
  for (const line of text.split('\n')) {
    const third = line.startsWith('|') ? line.split('|')[3]!.trim() : null
    inTable = third !== null && (inTable || third === 'tsmpi')
    if (inTable) for (const [, code] of third!.matchAll(/`([^`]+)`/g)) codes.push(code!)
  }
  return codes
}
