import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { JobKeys } from '../../src/transport/zmq/job-keys.ts'
import { z85 } from '../../src/transport/zmq/z85.ts'
import { SECRET } from './zmq-ranks.ts'

const zmq = createRequire(import.meta.url)('zeromq') as typeof import('zeromq')

/** The bytes of a text in Z85, by counting through all of them. */
function decode(text: string): Buffer {
  const digits = z85All()
  const bytes = Buffer.alloc((text.length / 5) * 4)
  for (let i = 0; i < text.length; i += 5) {
    let value = 0
    for (const digit of text.slice(i, i + 5)) value = value * 85 + digits.indexOf(digit)
    bytes.writeUInt32BE(value, (i / 5) * 4)
  }
  return bytes
}

function z85All(): string {
  const word = Buffer.alloc(4)
  return Array.from({ length: 85 }, (_, digit) => {
    word.writeUInt32BE(digit)
    return z85(word)[4]!
  }).join('')
}

describe('keys of a job', () => {
  it('writes Z85 as the specification does', () => {
    expect(z85(Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b))).toBe('HelloWorld')
    expect(z85(new Uint8Array(4).fill(255))).toBe('%nSc0')
  })

  it('derives the pairs that ZeroMQ itself would make of the same secret keys', () => {
    const keys = new JobKeys(SECRET, 3)
    const secret = createHmac('sha256', Buffer.from(SECRET, 'hex')).update('tsmpi curve rank 2').digest()
    expect(keys.curvePair(2).secretKey).toBe(z85(secret))
    expect(keys.curvePair(2).publicKey).toBe(keys.publicKey(2))
    expect(zmq.capability.curve).toBe(true)
    const { publicKey } = zmq.curveKeyPair()
    expect(decode(publicKey).length).toBe(32)
    expect(z85(decode(publicKey))).toBe(publicKey)
  })

  it('knows the ranks of the job by their keys and nobody else, asked by many at once', async () => {
    const keys = new JobKeys(SECRET, 50)
    const asked = [0, 49, 17, 49].map((rank) => keys.isMember(decode(keys.publicKey(rank))))
    expect(await Promise.all(asked)).toEqual([true, true, true, true])
    const strangers = [new JobKeys(SECRET, 51).publicKey(50), zmq.curveKeyPair().publicKey]
    for (const stranger of strangers) expect(await keys.isMember(decode(stranger))).toBe(false)
    expect(await keys.isMember(new Uint8Array(0))).toBe(false)
  })

  it('accepts the proof of one rank for another only as it is', () => {
    const keys = new JobKeys(SECRET, 3)
    expect(keys.isProof(keys.proof(1, 0), 1, 0)).toBe(true)
    const others = [keys.proof(0, 1), keys.proof(1, 2), '', 'é'.repeat(32), null, 7]
    for (const other of others) expect(keys.isProof(other, 1, 0)).toBe(false)
    expect(keys.nickname(1, 0)).toMatch(/^[0-9a-f]{16}$/)
    expect(keys.nickname(1, 0)).not.toBe(keys.nickname(2, 0))
  })

  it('refuses a secret that is none', () => {
    expect(() => new JobKeys('abc', 2)).toThrow('64 hexadecimal digits')
  })
})
