/** The text form of binary keys that ZeroMQ takes: 4 bytes as 5 characters. @see https://rfc.zeromq.org/spec/32 */

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

/** @param bytes a multiple of 4 */
export function z85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    let rest = view.getUint32(at)
    let five = ''
    for (let i = 0; i < 5; i++) {
      five = DIGITS[rest % 85]! + five
      rest = Math.floor(rest / 85)
    }
    text += five
  }
  return text
}
