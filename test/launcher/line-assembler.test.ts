import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineAssembler, LONGEST_LINE_BYTES, type Piece } from '../../src/launcher/line-assembler.ts'

const show = ({ bytes, starts, ends }: Piece) => `${starts ? '' : '..'}${bytes}${ends ? '' : '..'}`

function pieces(...chunks: string[]): string[] {
  const assembler = new LineAssembler()
  const out = chunks.flatMap((chunk) => assembler.push(Buffer.from(chunk)))
  const rest = assembler.end()
  return [...out, ...(rest ? [rest] : [])].map(show)
}

test('lines come out whole', () => {
  expect(pieces('one\ntw', 'o', '\n\nrest')).toEqual(['one\n', 'two\n', '\n', 'rest'])
  expect(pieces('one\n')).toEqual(['one\n'])
  expect(pieces()).toEqual([])
})

test('a carriage return ends a piece, but not in the middle of its line end', () => {
  expect(pieces('10%\r20%\r30', '%\rdone\n')).toEqual(['10%\r20%\r', '30%\rdone\n'])
  expect(pieces('dos\r', '\nnext\r\n')).toEqual(['dos\r\n', 'next\r\n'])
})

test('a line that is too long comes in parts', () => {
  const long = 'x'.repeat(LONGEST_LINE_BYTES + 1)
  expect(pieces(long, 'yy', '\nz\n')).toEqual([`${long}..`, '..yy\n', 'z\n'])
  expect(pieces(long)).toEqual([`${long}..`, '..'])
})

test('whatever the cuts, every byte comes out once and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
      const assembler = new LineAssembler()
      const out = chunks.flatMap((chunk) => assembler.push(Buffer.from(chunk)))
      const rest = assembler.end()
      if (rest) out.push(rest)
      expect(Buffer.concat(out.map((piece) => piece.bytes))).toEqual(Buffer.concat(chunks))
      for (const piece of out.slice(0, -1)) expect([10, 13]).toContain(piece.bytes.at(-1))
    }),
  )
})
