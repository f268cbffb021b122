import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ControlDecoder, encodeControl, type ToRank } from '../../src/bootstrap/control.ts'

test('messages survive every way of cutting the stream', () => {
  const message = fc.record({ t: fc.constant('card' as const), rank: fc.nat(), card: fc.string() })
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(50)), (messages: ToRank[], cuts) => {
      const bytes = Buffer.concat(messages.map(encodeControl))
      const decoder = new ControlDecoder<ToRank>()
      const out: ToRank[] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        out.push(...decoder.push(bytes.subarray(at, at + cut)))
        at += cut
      }
      expect(out).toEqual(messages)
    }),
  )
})

test('a stream that is not ours is refused before memory is taken for it', () => {
  expect(() => new ControlDecoder().push(Buffer.from('HTTP/1.1 200 OK'))).toThrow(
    /not a tsmpi control channel/,
  )
})
