import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** Started by name or by path, so that nobody imports them. */
const entries = [
  'index.ts',
  'testing/index.ts',
  'launcher/cli.ts',
  'launcher/remote/main.ts',
  'bootstrap/boot.ts',
]

/** Imports go from a larger number to a smaller one, or stay within one part. */
const layers: Record<string, number> = {
  'index.ts': 8,
  launcher: 7,
  testing: 7,
  futures: 7,
  comm: 6,
  transport: 5,
  bootstrap: 5,
  wire: 4,
  system: 3,
  'check-options.ts': 3,
  'errors.ts': 2,
  'version.ts': 1,
}

/** What the launcher does not need, though it lies lower. */
const forbidden: Record<string, readonly string[]> = { launcher: ['comm', 'transport'] }

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'))
  .sort()

const text = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]))
const importsOf = new Map(files.map((file) => [file, relativeImports(file)]))

/** The files that `file` imports, types too: static, dynamic and re-exports. */
function relativeImports(file: string): string[] {
  return targets(file, text.get(file)!.replace(/\/\*[\s\S]*?\*\//g, ''))
}

/** Those of them that are there when the program runs. */
function valueImports(file: string): string[] {
  const code = text.get(file)!.replace(/\/\*[\s\S]*?\*\//g, '')
  return targets(file, code.replace(/^(import|export) type\s[^'"]*['"][^'"]*['"]/gm, ''))
}

function targets(file: string, code: string): string[] {
  const specifiers = [
    ...code.matchAll(/^\s*(?:import|export)\s[^'"`;]*?from\s+['"](\.[^'"]+)['"]/gm),
    ...code.matchAll(/^\s*import\s+['"](\.[^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]/g),
  ].map((match) => match[1]!)
  return [...new Set(specifiers)]
    .map((specifier) => relative(src, join(src, dirname(file), specifier)))
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('..'))
}

const partOf = (file: string) => file.split('/')[0]!
const edges = files.flatMap((file) => importsOf.get(file)!.map((target) => [file, target] as const))

/**
 * The files of a cycle of values, if there is one: the first repeats at the end. Two files may name each
 * other's types.
 */
function findCycle(): string[] | null {
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: string[]): string[] | null => {
    if (state.get(file) === 'done') return null
    if (state.get(file) === 'open') return [...path.slice(path.indexOf(file)), file]
    state.set(file, 'open')
    for (const target of valueImports(file)) {
      const cycle = visit(target, [...path, file])
      if (cycle) return cycle
    }
    state.set(file, 'done')
    return null
  }
  for (const file of files) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return null
}

describe('the layers of src', () => {
  it('were read: the known entry points and imports are there', () => {
    expect(files).toEqual(expect.arrayContaining(['errors.ts', 'index.ts', 'testing/index.ts']))
    expect(importsOf.get('index.ts')).toContain('errors.ts')
    expect(importsOf.get('comm/communicator.ts')).toContain('comm/group.ts')
    expect(edges.length).toBeGreaterThan(files.length)
  })

  it('every import names a file that exists', () => {
    expect(edges.filter(([, target]) => !text.has(target))).toEqual([])
  })

  it('every part has its layer', () => {
    expect([...new Set(files.map(partOf))].filter((part) => !(part in layers))).toEqual([])
  })

  it('imports go down only', () => {
    const upward = edges.filter(([from, to]) => {
      const [a, b] = [partOf(from), partOf(to)]
      return a !== b && !(layers[a]! > layers[b]! && !forbidden[a]?.includes(b))
    })
    expect(upward.map(([from, to]) => `${from} imports ${to}`)).toEqual([])
  })

  it('collective algorithms see operations and nothing else of src/comm', () => {
    const wrong = edges.filter(
      ([from, to]) =>
        from.startsWith('comm/collective/') &&
        to.startsWith('comm/') &&
        !to.startsWith('comm/collective/') &&
        to !== 'comm/op.ts' &&
        !to.startsWith('comm/op/'),
    )
    expect(wrong.map(([from, to]) => `${from} imports ${to}`)).toEqual([])
  })

  it('no files import each other in a circle', () => {
    expect(findCycle()?.join(' -> ') ?? 'none').toBe('none')
  })

  it('every file is imported, or spawned by its path', () => {
    const imported = new Set(edges.map(([, to]) => to))
    const spawned = (file: string) =>
      files.some(
        (other) =>
          other !== file &&
          new RegExp(`new URL\\(\\s*['"\`][^'"\`]*${nameOf(file)}[.'"\`$]`).test(text.get(other)!),
      )
    const orphans = files.filter((file) => !entries.includes(file) && !imported.has(file) && !spawned(file))
    expect(orphans).toEqual([])
  })
})

function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.ts$/, '')
}
