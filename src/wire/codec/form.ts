/** First byte of a serialised item: which of its forms follows. Part of the wire format, never reused. */

// Zero is no form, so that memory nobody wrote to does not pass for a value.
export const Form = {
  UNDEFINED: 1,
  NULL: 2,
  FALSE: 3,
  TRUE: 4,
  /** A double, little-endian. */
  NUMBER: 5,
  /** The magnitude, most significant byte first. */
  BIGINT_POSITIVE: 6,
  BIGINT_NEGATIVE: 7,
  UTF8: 8,
  /** For strings with a lone surrogate, which UTF-8 has no bytes for. */
  UTF16: 9,
  /** A plain array of int32 numbers, from byte 8 on. */
  INT32_LIST: 16,
  /** A plain array of numbers, from byte 8 on. */
  FLOAT64_LIST: 17,
  /** MessagePack: trees of plain objects and arrays. */
  PLAIN: 32,
  /** V8's structured clone: anything else. */
  CLONE: 33,
  /** A plain object of many keys: these as one text, and MessagePack of the list of its values. */
  DICTIONARY: 34,
  /** A plain array of plain objects with the same keys: likewise, and the values of all in one list. */
  TABLE: 35,
} as const

/** Of a dictionary, and of a table. */
export const LISTED_KEYS_MAX = 1000
