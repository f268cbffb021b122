/** Examples are for reading: short, and each says in its head what it shows, what it teaches and how it runs. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXAMPLES, FOLDER, textOf } from './list.ts'

const ROOT = new URL('../../', import.meta.url)
const HEADER =
  /^\/\*\*\n(?<shows>(?: \* .+\n)+) \*\n \* Teaches: (?<teaches>.+)\n \* Run: (?<run>.+)\n \*\/\n\n/

describe.each(EXAMPLES)('%s', (name) => {
  const text = textOf(name)
  const header = HEADER.exec(text)

  it('is as long as an example should be', () => {
    const lines = text.trimEnd().split('\n').length
    expect(lines).toBeGreaterThanOrEqual(15)
    expect(lines).toBeLessThanOrEqual(60)
  })

  it('says in its head what it shows and how to run it', () => {
    expect(header?.groups).toBeDefined()
    expect(header!.groups!.run).toMatch(new RegExp(`^npx tsrun -n \\d+ ${FOLDER}/${name}( \\[|$)`))
  })

  it('uses what it teaches', () => {
    const body = text.slice(header![0].length)
    for (const item of header!.groups!.teaches!.split(', ')) {
      expect(body).toMatch(new RegExp(`\\b${item.split(' ')[0]}\\b`))
    }
  })
})

it('numbers the examples without a gap', () => {
  expect(EXAMPLES.map((name) => Number.parseInt(name, 10))).toEqual(EXAMPLES.map((_, i) => i + 1))
})

it('has every example that the sources and documents refer to', () => {
  const files = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...sources()]
  const referred = files.flatMap((file) => {
    const text = readFileSync(new URL(file, ROOT), 'utf8')
    return [...text.matchAll(/examples\/mpi\/(\d\d-[\w-]+\.ts)/g)].map(([, name]) => ({ file, name }))
  })
  expect(referred.filter(({ name }) => !EXAMPLES.includes(name!))).toEqual([])
})

function sources(): string[] {
  const entries = readdirSync(new URL('src', ROOT), { recursive: true, withFileTypes: true })
  const rootLength = new URL('.', ROOT).pathname.length
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(rootLength))
}
