import { describe, expect, it } from 'vitest'
import { reclaim } from '../../src/transport/zmq/reclaim.ts'

describe('the memory of a message that has been taken', () => {
  it('is given back if it is long', () => {
    const message = Buffer.allocUnsafeSlow(1 << 20)
    reclaim(message)
    expect([message.length, message.buffer.byteLength]).toEqual([0, 0])
    reclaim(message)
  })

  it('is left to V8 if it is short, or part of something else', () => {
    const short = Buffer.allocUnsafeSlow(1000)
    const part = new Uint8Array(new ArrayBuffer(1 << 20), 8)
    for (const message of [short, part]) {
      reclaim(message)
      expect(message.length).toBeGreaterThan(0)
    }
  })
})
