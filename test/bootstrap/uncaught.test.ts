import { expect, test } from 'vitest'
import { describeUncaught } from '../../src/bootstrap/uncaught.ts'

/** As Node makes it of a rejection with something that is not an Error. */
function nodesError(reason: string): Error {
  const message = `This error originated somewhere. The promise rejected with the reason "${reason}".`
  return Object.assign(new Error(message), { code: 'ERR_UNHANDLED_REJECTION' })
}

test('an Error by its stack', () => {
  const error = new Error('no luck')
  expect(describeUncaught(error, null)).toEqual({ text: error.stack, isError: true })
  // A rejection of the script with an Error comes here as that Error.
  expect(describeUncaught(error, { reason: error })).toEqual({ text: error.stack, isError: true })
})

test('an Error that another rank has found', () => {
  const error = Object.defineProperty(new Error('no luck'), 'foundBy', { value: 2 })
  expect(describeUncaught(error, null)).toEqual({ text: error.stack, isError: true, foundBy: 2 })
})

test.each([
  ['just "a" string', '"just \\"a\\" string"'],
  [undefined, 'undefined'],
  [{ status: 404, body: { a: [1] } }, '{ status: 404, body: { a: [ 1 ] } }'],
  ['x'.repeat(500), `"${'x'.repeat(199)} ...`],
])('what is not an Error, by what it looks like: %j', (value, text) => {
  expect(describeUncaught(value, null)).toEqual({ text, isError: false })
  expect(describeUncaught(nodesError('?'), { reason: value })).toEqual({ text, isError: false })
})

test('what only Node has seen, by what Node says of it', () => {
  expect(describeUncaught(nodesError('just a\nstring'), null)).toEqual({
    text: '"just a\\nstring"',
    isError: false,
  })
  expect(describeUncaught(nodesError('#<Object>'), null).text).toBe('#<Object>')
})

test('what cannot be shown', () => {
  const error = new Error('x')
  Object.defineProperty(error, 'stack', {
    get() {
      throw error
    },
  })
  expect(describeUncaught(error, null).text).toBe('an error that cannot be shown')
})
