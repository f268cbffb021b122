import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { KEY_LISTS_MAX, KeyTexts, MAKERS_MAX, Makers, MEETINGS_MIN } from '../../src/wire/codec/keys.ts'

const utf8 = new TextEncoder()

/** The text of keys that are met often enough. */
function textOf(texts: KeyTexts, keys: readonly string[]): Uint8Array | null {
  for (let i = 1; i < MEETINGS_MIN; i++) texts.of(keys, false)
  return texts.of(keys, false)
}

test('keys met again have the text that was made for them', () => {
  const texts = new KeyTexts()
  const text = textOf(texts, ['a', 'b'])!
  expect(Buffer.from(text).toString()).toBe('a\0b')
  expect(texts.of(['a', 'b'], false)).toBe(text)
  expect(Buffer.from(textOf(texts, ['a', 'c'])!).toString()).toBe('a\0c')
  expect(texts.of(['a', 'b'], true)).toBe(text)
})

test('keys not met often have a text only if many objects have them', () => {
  const texts = new KeyTexts()
  for (let i = 1; i < MEETINGS_MIN; i++) expect(texts.of(['a'], false)).toBe(null)
  expect(texts.of(['a'], false)).toEqual(utf8.encode('a'))
  expect(texts.of(['b'], false)).toBe(null)
  expect(texts.of(['b'], true)).toEqual(utf8.encode('b'))
})

test.each([[['a', '__proto__']], [['a\0b']], [['a', '\ud800']], [['\ud83d', '\ude00']]])(
  'no text for %j',
  (keys) => {
    const texts = new KeyTexts()
    expect(texts.of(keys, true)).toBe(null)
    expect(textOf(texts, keys)).toBe(null)
  },
)

test('only the last few lists of keys are remembered, and none that is long', () => {
  const texts = new KeyTexts()
  const makers = new Makers()
  const first = texts.of(['key'], true)!
  const maker = makers.of(first)
  expect(makers.of(Uint8Array.from(first))).toBe(maker)
  for (let i = 0; i < MAKERS_MAX + KEY_LISTS_MAX; i++) {
    makers.of(texts.of([`key ${i}`], true)!)
    expect(makers.size).toBeLessThanOrEqual(MAKERS_MAX)
  }
  expect(texts.of(['key'], true)).not.toBe(first)
  expect(makers.of(first)).not.toBe(maker)
  const long = ['x'.repeat(100_000)]
  expect(textOf(texts, long)).toBe(null)
  const text = texts.of(long, true)!
  const longMaker = makers.of(text)
  expect(makers.of(text) === longMaker).toBe(false)
})

test('what is remembered is not the memory that was read', () => {
  const makers = new Makers()
  const text = utf8.encode('a\0b')
  const maker = makers.of(text)
  text.fill(0x63)
  expect(makers.of(utf8.encode('a\0b'))).toBe(maker)
})

test('objects of the same keys, by whichever code', () => {
  const maker = new Makers().of(utf8.encode('b\0"\\\u2028\0' + '1\0constructor'))
  for (let i = 0; i < 30; i++) {
    const object = maker.make([0, i, 'x', null, [i]], 1)
    expect(Object.entries(object)).toEqual([
      ['1', null],
      ['b', i],
      ['"\\\u2028', 'x'],
      ['constructor', [i]],
    ])
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  }
})

test('also where code cannot be made from strings', async () => {
  const codec = fileURLToPath(new URL('../../src/wire/codec.ts', import.meta.url))
  const program = `
    import { deepStrictEqual } from 'node:assert'
    import { decodeItem, encodeItem } from ${JSON.stringify(codec)}
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => ['key ' + i, i]))
    const table = Array.from({ length: 100 }, (_, id) => ({ id, name: 'row ' + id }))
    for (let i = 0; i < 100; i++)
      for (const value of [wide, table]) deepStrictEqual(decodeItem(encodeItem(value, 'send')), value)
    console.log(encodeItem(wide, 'send')[0], encodeItem(table, 'send')[0])`
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const output = execFileSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module'],
    {
      input: outputFiles[0]!.text,
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
    },
  )
  expect(output).toBe('34 35\n')
})
